using Messaging.Descriptions;

namespace Messaging.Serialization;

/// <summary>The serializers of a process. Requesters write with the first registered that takes an operation's types.</summary>
internal sealed class PayloadSerializers
{
    private readonly IPayloadSerializer[] _serializers;

    public PayloadSerializers(IEnumerable<IPayloadSerializer> serializers)
    {
        _serializers = [.. serializers];
        if (_serializers.Length == 0)
        {
            throw new InvalidOperationException("No payload serializer is registered: call services.AddMessaging(), which adds JSON.");
        }
    }

    /// <summary>The codecs with which a requester writes and reads an operation.</summary>
    /// <exception cref="InvalidOperationException">Nothing registered takes its types in its content type.</exception>
    public PayloadCodecs<TRequest, TReply> Choose<TRequest, TReply>(Operation<TRequest, TReply> operation)
    {
        if (operation.ContentType is { } raw && typeof(TRequest) == typeof(RawPayload))
        {
            // What is forwarded needs no serializer.
            return new PayloadCodecs<TRequest, TReply>(raw, Codec<TRequest>(_serializers[0]), Codec<TReply>(_serializers[0]));
        }

        foreach (var serializer in _serializers)
        {
            if ((operation.ContentType is null || Matches(serializer.ContentType, operation.ContentType)) && Takes(serializer, typeof(TRequest), typeof(TReply)))
            {
                return new PayloadCodecs<TRequest, TReply>(serializer.ContentType, Codec<TRequest>(serializer), Codec<TReply>(serializer));
            }
        }

        throw new InvalidOperationException(
            $"No serializer of {operation.ContentType ?? "any content type"} takes {typeof(TRequest)} and {typeof(TReply)} of {operation.FullName}. " +
            $"Registered are: {string.Join(", ", _serializers.Select(static serializer => serializer.ContentType))}.");
    }

    /// <summary>The codecs with which a worker serves an operation, one pair for each content type, the preferred one first.</summary>
    /// <exception cref="InvalidOperationException">Nothing registered takes the types.</exception>
    public IReadOnlyList<PayloadCodecs<TRequest, TReply>> ChooseAll<TRequest, TReply>(Operation<TRequest, TReply> operation)
    {
        if (typeof(TRequest) == typeof(RawPayload))
        {
            return [Choose(operation)];
        }

        var all = new List<PayloadCodecs<TRequest, TReply>>();
        foreach (var serializer in _serializers)
        {
            if (Takes(serializer, typeof(TRequest), typeof(TReply)) && !all.Exists(codecs => Matches(codecs.ContentType, serializer.ContentType)))
            {
                all.Add(new PayloadCodecs<TRequest, TReply>(serializer.ContentType, Codec<TRequest>(serializer), Codec<TReply>(serializer)));
            }
        }

        return all.Count > 0 ? all : [Choose(operation)];
    }

    /// <summary>What the registered serializers know of an operation's types.</summary>
    public OperationDescription Describe<TRequest, TReply>(Operation<TRequest, TReply> operation)
    {
        var request = Describe<TRequest>();
        var reply = Describe<TReply>();
        return new OperationDescription
        {
            Name = operation.Name,
            Kind = operation.Kind,
            ContentTypes = [.. ChooseAll(operation).Select(static codecs => codecs.ContentType)],
            TimeoutMs = operation.Timeout is { } timeout ? (long)timeout.TotalMilliseconds : null,
            Idempotent = operation.Idempotent,
            Request = request.JsonSchema,
            Reply = typeof(TReply) == typeof(Nothing) ? null : reply.JsonSchema,
            RequestMessage = request.ProtobufMessage,
            ReplyMessage = reply.ProtobufMessage,
            Files = [.. request.ProtobufFiles.Concat(reply.ProtobufFiles)],
        };
    }

    /// <summary>Whether <paramref name="contentType"/> names <paramref name="own"/>, parameters such as a charset aside.</summary>
    public static bool Matches(string own, ReadOnlySpan<char> contentType)
    {
        var semicolon = contentType.IndexOf(';');
        var media = semicolon < 0 ? contentType : contentType[..semicolon].TrimEnd();
        return media.Equals(own, StringComparison.OrdinalIgnoreCase);
    }

    private PayloadDescription Describe<T>()
    {
        var known = new PayloadDescription();
        var contentTypes = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var serializer in _serializers.Where(static serializer => serializer.Takes(typeof(T))))
        {
            // As in serving, one that comes second knows nothing of the type.
            if (!contentTypes.Add(serializer.ContentType))
            {
                continue;
            }

            var own = serializer.Describe<T>();
            known = new PayloadDescription
            {
                JsonSchema = known.JsonSchema ?? own.JsonSchema,
                ProtobufMessage = known.ProtobufMessage ?? own.ProtobufMessage,
                ProtobufFiles = known.ProtobufFiles.Count > 0 ? known.ProtobufFiles : own.ProtobufFiles,
            };
        }

        return known;
    }

    private static bool Takes(IPayloadSerializer serializer, Type request, Type reply) => Takes(serializer, request) && Takes(serializer, reply);

    private static bool Takes(IPayloadSerializer serializer, Type type) =>
        type == typeof(Nothing) || type == typeof(RawPayload) || serializer.Takes(type);

    private static PayloadCodec<T> Codec<T>(IPayloadSerializer serializer) =>
        typeof(T) == typeof(RawPayload) ? (PayloadCodec<T>)(object)RawPayload.Codec.Instance
        : typeof(T) == typeof(Nothing) ? (PayloadCodec<T>)(object)NothingCodec.Instance
        : serializer.GetCodec<T>();
}

/// <summary>An operation's codecs in one content type.</summary>
internal sealed record PayloadCodecs<TRequest, TReply>(string ContentType, PayloadCodec<TRequest> Request, PayloadCodec<TReply> Reply);
