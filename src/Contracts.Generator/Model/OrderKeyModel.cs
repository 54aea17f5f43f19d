namespace Messaging.Generator.Model;

/// <summary>What a command is ordered by.</summary>
/// <param name="Member">The request's property or field.</param>
/// <param name="Kind">How its text is made.</param>
/// <param name="Number">The integer type of an enum, fully qualified; null for others.</param>
internal sealed record OrderKeyModel(string Member, OrderKeyKind Kind, string? Number);

internal enum OrderKeyKind
{
    Text,
    Flag,
    Number,
    Guid,
}
