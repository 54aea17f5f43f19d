namespace Messaging.Streaming;

/// <summary>An item's number on the wire: its place in the stream, from 1, which begins again at 0 after 2,147,483,647.</summary>
internal static class StreamSequence
{
    public static uint Of(long place) => (uint)(place & int.MaxValue);
}
