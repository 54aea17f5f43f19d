namespace Messaging;

/// <summary>Which queue of its service a command waits in. Each has workers' slots of its own, so neither waits for the other.</summary>
public enum CommandPriority
{
    /// <summary>In <c>service.commands</c>, behind the others there.</summary>
    Normal = 0,

    /// <summary>In <c>service.commands.high</c>: it overtakes whatever waits in <c>service.commands</c>.</summary>
    High = 1,
}
