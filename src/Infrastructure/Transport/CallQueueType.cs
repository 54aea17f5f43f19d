namespace Messaging;

/// <summary>How the broker keeps the calls that wait for a worker.</summary>
public enum CallQueueType
{
    /// <summary>A classic queue, on one node of the broker: the least latency. Calls that wait are lost with that node.</summary>
    Classic = 0,

    /// <summary>
    /// A quorum queue: the broker writes every call to disk, on most of the queue's nodes, before it delivers it. Calls
    /// that wait, and those that a worker has not settled, survive the loss of a node and a restart of the broker.
    /// </summary>
    Quorum = 1,
}
