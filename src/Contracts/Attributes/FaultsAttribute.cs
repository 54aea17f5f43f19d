namespace Messaging;

/// <summary>
/// Declares the exceptions that are part of the contract: thrown by a handler, they arrive at the caller as the same
/// type. On an interface it holds for all of its operations.
/// </summary>
/// <remarks>
/// An exception travels as the parameters of its public constructor: each parameter needs a readable public property
/// of the same name (letter case aside) and type, e.g. <c>OutOfStock(string sku, int left)</c> with <c>Sku</c> and
/// <c>Left</c>. A <c>message</c> parameter is matched by <see cref="Exception.Message"/>. Parameters may be strings,
/// numbers, <see cref="bool"/>, <see cref="char"/>, enums, <see cref="Guid"/>, <see cref="DateTime"/>,
/// <see cref="DateTimeOffset"/>, <see cref="TimeSpan"/> and nullable forms of these (checked at compile time, MSG009).
/// </remarks>
/// <param name="types">Types derived from <see cref="Exception"/> (MSG008).</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Interface, Inherited = false)]
public sealed class FaultsAttribute(params Type[] types) : Attribute
{
    /// <summary>The declared exception types.</summary>
    public IReadOnlyList<Type> Types { get; } = types;
}
