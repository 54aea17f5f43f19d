namespace Orders.Activity;

/// <summary>What can happen in this process, as the live view tells it.</summary>
internal enum Happening
{
    /// <summary>A worker takes part.</summary>
    Joined,

    /// <summary>A worker has drained and is gone.</summary>
    Left,

    /// <summary>A worker is gone without a goodbye.</summary>
    Died,

    /// <summary>A handler has begun.</summary>
    Started,

    /// <summary>A call was served.</summary>
    Served,

    /// <summary>A command was run.</summary>
    Ran,

    /// <summary>A handler answered with a fault that its contract declares, or with a status of its choice.</summary>
    Faulted,

    /// <summary>A handler was stopped: its caller cancelled, or the deadline passed.</summary>
    Stopped,

    /// <summary>The web app takes requests.</summary>
    Listening,

    /// <summary>The web app answered a request.</summary>
    Answered,

    /// <summary>Something was logged as a warning or worse.</summary>
    Warned,
}
