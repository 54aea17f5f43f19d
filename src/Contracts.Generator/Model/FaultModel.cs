namespace Messaging.Generator.Model;

/// <summary>How one declared exception is taken apart and put together again.</summary>
/// <param name="Type">The exception's type, fully qualified.</param>
/// <param name="Name">Its name on the wire.</param>
/// <param name="ClassName">The name of the generated descriptor, unique in its contract.</param>
/// <param name="Fields">The constructor's parameters, in order.</param>
internal sealed record FaultModel(string Type, string Name, string ClassName, EquatableArray<FaultFieldModel> Fields);

/// <summary>One constructor parameter and the property that gives its value.</summary>
/// <param name="Name">The field's name on the wire.</param>
/// <param name="Property">The property.</param>
/// <param name="Type">The parameter's type, fully qualified.</param>
/// <param name="WireType">The number type that an enum travels as; null where the value travels as it is.</param>
internal sealed record FaultFieldModel(string Name, string Property, string Type, string? WireType);
