namespace Messaging.Faults.Parties;

/// <summary>The commands of which the load is made.</summary>
internal enum CommandKind
{
    /// <summary>Sent, and run at once.</summary>
    Plain = 0,

    /// <summary>Due in some seconds.</summary>
    Delayed,

    /// <summary>Due in some seconds, and cancelled at once.</summary>
    Cancelled,

    /// <summary>To the queue of urgent commands.</summary>
    Urgent,

    /// <summary>In the order of a key.</summary>
    Ordered,

    /// <summary>Its handler fails, again and again.</summary>
    Failing,

    /// <summary>Its handler takes long.</summary>
    Slow,

    /// <summary>Its handler takes long, and it is dead-lettered when it fails once.</summary>
    SlowOnce,
}
