namespace Messaging.MassTransit;

/// <summary>The operations of a contract that are not carried, by their wire names.</summary>
internal sealed class LeftOutOperations
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public void Add(ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            ArgumentException.ThrowIfNullOrEmpty(name, nameof(names));
            _names.Add(name);
        }
    }

    public bool Contains(OperationDescriptor operation) => _names.Contains(operation.Name);

    /// <summary>The names that a contract lacks.</summary>
    public IEnumerable<string> UnknownTo(IReadOnlyList<OperationDescriptor> operations) =>
        _names.Where(name => operations.All(operation => !string.Equals(operation.Name, name, StringComparison.Ordinal)));
}
