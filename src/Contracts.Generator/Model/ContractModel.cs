namespace Messaging.Generator.Model;

/// <summary>All that the emitter needs of one contract. Strings only: symbols would defeat the generator's cache.</summary>
/// <param name="ServiceName">The wire name.</param>
/// <param name="Interface">The interface, fully qualified.</param>
/// <param name="Namespace">The interface's namespace; null for the global one.</param>
/// <param name="FlatName">The interface's name with those of its containing types, e.g. <c>Outer_IOrders</c>.</param>
/// <param name="HintName">The generated file's name.</param>
/// <param name="IsPublic">Whether other assemblies see the interface.</param>
/// <param name="Partitions">Into how many partitions ordered commands go.</param>
/// <param name="Operations">The operations, inherited ones first.</param>
/// <param name="Faults">The faults of all operations, each once.</param>
internal sealed record ContractModel(
    string ServiceName,
    string Interface,
    string? Namespace,
    string FlatName,
    string HintName,
    bool IsPublic,
    int Partitions,
    EquatableArray<OperationModel> Operations,
    EquatableArray<FaultModel> Faults);
