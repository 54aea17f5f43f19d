namespace Messaging;

/// <summary>Whether what a handler sends back is compressed (<see cref="CallContext.ReplyCompression"/>).</summary>
public enum ReplyCompression
{
    /// <summary>As the worker's options say, by size.</summary>
    Automatic = 0,

    /// <summary>Whatever its size, where the caller said that it reads it: gzip, or br for a caller that reads only that.</summary>
    Always = 1,

    /// <summary>Not at all.</summary>
    Never = 2,
}
