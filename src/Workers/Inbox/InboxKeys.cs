using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Messaging.Pipeline;

namespace Messaging.Inbox;

/// <summary>Tells what a message is known by. Any client may have written its ids, so they may be anything.</summary>
internal static class InboxKeys
{
    private const int MaxIdChars = 255;

    /// <summary>Null for a message that has no id: two of them can't be told apart.</summary>
    public static InboxKey? Of(string service, WorkerCall call)
    {
        if (call.IsCommand)
        {
            return call.Message.MessageId is { Length: > 0 } id ? new InboxKey(service, OperationKind.Command, Normalize(id)) : null;
        }

        // Clients choose their correlation ids for themselves, so they are told apart by where they want the reply.
        return call.CorrelationId is { Length: > 0 } correlationId
            ? new InboxKey(service, OperationKind.Call, Normalize($"{call.Method} {correlationId} {call.Delivery.Message.ReplyTo}"))
            : null;
    }

    /// <summary>An id that any database can hold: itself, or its hash where it is long or has characters beyond visible ASCII.</summary>
    private static string Normalize(string id) =>
        id.Length <= MaxIdChars && !id.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? id
            : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(id.AsSpan())));
}
