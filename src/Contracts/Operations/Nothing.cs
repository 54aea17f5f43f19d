namespace Messaging;

/// <summary>The reply of an operation that returns none. It travels as an empty body.</summary>
public readonly record struct Nothing
{
    /// <summary>The only value.</summary>
    public static Nothing Value => default;
}
