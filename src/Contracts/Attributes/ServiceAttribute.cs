namespace Messaging;

/// <summary>
/// Marks an interface as a service contract. The name is the service's name on the wire and the name of its queue:
/// renaming or moving the interface changes nothing for callers and workers already deployed.
/// </summary>
/// <param name="name">
/// The wire name: 1 to 100 characters of <c>a-z</c>, <c>A-Z</c>, <c>0-9</c>, <c>-</c>, <c>_</c> and <c>.</c>,
/// starting with a letter; not ending in <c>.commands</c>, <c>.commands.high</c>, <c>.commands.0</c> or another number, or <c>.dead</c> (other queues of a service), not starting with
/// <c>messaging.</c> or <c>amq.</c> (reserved). Checked at compile time (MSG010).
/// </param>
[AttributeUsage(AttributeTargets.Interface, Inherited = false)]
public sealed class ServiceAttribute(string name) : Attribute
{
    /// <summary>The service's name on the wire and the name of its calls queue.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// Into how many partitions the ordered commands (<see cref="CommandAttribute.OrderedBy"/>) of the service go, and so
    /// how many of them can run at a time. Senders and workers must agree, and while it changes the order of keys is not
    /// kept. From 1 to 64 (MSG021). Default: 8. Without ordered commands there are none.
    /// </summary>
    public int CommandPartitions { get; set; } = 8;
}
