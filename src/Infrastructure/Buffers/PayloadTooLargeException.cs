namespace Messaging.Buffers;

/// <summary>A payload passed the transport's limit while it was being encoded.</summary>
internal sealed class PayloadTooLargeException(int limitBytes)
    : Exception($"The payload is larger than the transport's limit of {limitBytes:N0} bytes. Send less, or store it elsewhere and send a reference.");
