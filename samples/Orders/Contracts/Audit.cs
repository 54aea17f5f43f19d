namespace Orders.Contracts;

/// <summary>Asks for a count of the shelves.</summary>
/// <param name="Name">Names the audit in the live view.</param>
/// <param name="Shelves">How many shelves to count, a tenth of a second each.</param>
public sealed record Audit(string Name, int Shelves);

/// <summary>A finished count.</summary>
/// <param name="Name">The audit's name.</param>
/// <param name="Items">How many items were found.</param>
/// <param name="ServedBy">The worker that answered.</param>
/// <param name="Attempt">Which delivery of the call was answered: 2 when a first worker died over it.</param>
public sealed record AuditReport(string Name, int Items, string ServedBy, int Attempt);
