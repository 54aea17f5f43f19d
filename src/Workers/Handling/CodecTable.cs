using Messaging.Batching;
using Messaging.Buffers;
using Messaging.Compression;
using Messaging.Observers;
using Messaging.Pipeline;
using Messaging.Serialization;

namespace Messaging.Handling;

/// <summary>An operation's codecs, one pair for each content type that is served.</summary>
internal sealed class CodecTable<TRequest, TReply>
{
    private readonly Codecs[] _codecs;

    /// <param name="operation">The operation.</param>
    /// <param name="serializers">What is served; the first that takes the types is the default.</param>
    /// <param name="maxMessageBytes">How large a request may become when it is decompressed.</param>
    /// <param name="names">The type and content type of what answers in a content type.</param>
    public CodecTable(Operation<TRequest, TReply> operation, PayloadSerializers serializers, int maxMessageBytes, Func<string, FrameNames> names)
    {
        _codecs = [.. serializers.ChooseAll(operation).Select(codecs => new Codecs(codecs.ContentType, names(codecs.ContentType), codecs.Request, codecs.Reply, maxMessageBytes))];
    }

    /// <summary>The codecs for a request; null, and the call refused, where its content type is not served.</summary>
    public Codecs? Find(WorkerCall call)
    {
        // A plain client may leave the content type out: the default serializer's is meant.
        if (call.ContentType is not { Length: > 0 } contentType)
        {
            return _codecs[0];
        }

        foreach (var codecs in _codecs)
        {
            if (!PayloadSerializers.Matches(codecs.ContentType, contentType))
            {
                continue;
            }

            if (PayloadSerializers.FindOtherCharset(codecs.ContentType, contentType) is not { } charset)
            {
                return codecs;
            }

            call.Refuse(StatusCode.InvalidArgument, $"The charset '{charset}' is not read here; send utf-8.", FailureReason.Undecodable);
            return null;
        }

        call.Refuse(
            StatusCode.InvalidArgument,
            $"The content type '{contentType}' is not served here; send '{_codecs[0].ContentType}'.",
            FailureReason.Undecodable);
        return null;
    }

    /// <summary>The codecs of one content type.</summary>
    internal sealed record Codecs(string ContentType, FrameNames ReplyNames, PayloadCodec<TRequest> Request, PayloadCodec<TReply> Reply, int MaxMessageBytes)
    {
        /// <summary>Reads the request; false, and the call refused, where it can't be.</summary>
        public bool TryDecode(WorkerCall call, out TRequest request)
        {
            try
            {
                request = PayloadBodies.Read(Request, ContentEncodings.Read(call.Headers), call.Body, MaxMessageBytes);
                return true;
            }
            catch (PayloadTooLargeException exception)
            {
                request = default!;
                call.Refuse(
                    StatusCode.ResourceExhausted,
                    $"The request of {call.Body.Length:N0} bytes is too large when it is decompressed. {exception.Message}",
                    FailureReason.TooLarge);
            }
            catch (Exception exception)
            {
                // The bytes are a stranger's, and a codec may throw anything on them: that is the caller's mistake.
                request = default!;
                call.Refuse(
                    StatusCode.InvalidArgument,
                    $"The request of {call.Body.Length:N0} bytes can't be decoded as {typeof(TRequest).Name}: {ExceptionText.MessageOf(exception)}",
                    FailureReason.Undecodable);
            }

            return false;
        }
    }
}
