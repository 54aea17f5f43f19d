namespace Messaging.Deadlines;

/// <summary>Something that ends at an instant. An intrusive list node, so that adding one allocates nothing.</summary>
internal abstract class DeadlineEntry
{
    internal DeadlineEntry? Next;
    internal DeadlineEntry? Previous;
    internal long Tick;

    /// <summary>Called once, on a timer thread, after the deadline has passed. Must not block.</summary>
    internal abstract void OnDeadline();
}
