namespace Messaging.Generator.Model;

/// <summary>What parsing one interface gave.</summary>
/// <param name="Model">The contract; null where there is something to put right first.</param>
/// <param name="Service">The service's name and place; null where it has no usable name.</param>
/// <param name="Diagnostics">What there is to put right.</param>
internal sealed record ParsedContract(
    ContractModel? Model, ServiceEntry? Service, EquatableArray<DiagnosticInfo> Diagnostics);

/// <summary>One service of the project, to find two of the same name. Apart from the model, because places move with every edit.</summary>
internal sealed record ServiceEntry(string Name, string Interface, LocationInfo? Location);
