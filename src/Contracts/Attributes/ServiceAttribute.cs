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
}
