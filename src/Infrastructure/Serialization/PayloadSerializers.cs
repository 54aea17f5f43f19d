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
                return Codecs(operation, serializer);
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
                all.Add(Codecs(operation, serializer));
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
            Request = operation.RequestMayBeNull ? NullableSchema.Of(request.JsonSchema) : request.JsonSchema,
            Reply = typeof(TReply) == typeof(Nothing) ? null : operation.ReplyMayBeNull ? NullableSchema.Of(reply.JsonSchema) : reply.JsonSchema,
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

    /// <summary>Refuses a content type that <paramref name="own"/> can't be read as. None is taken for it.</summary>
    /// <exception cref="NotSupportedException">It is another one, or JSON in another charset than UTF-8.</exception>
    public static void Require(string own, string? contentType)
    {
        if (contentType is null || string.Equals(own, contentType, StringComparison.Ordinal))
        {
            return;
        }

        if (!Matches(own, contentType))
        {
            throw new NotSupportedException($"Its content type is '{contentType}', not '{own}'.");
        }

        if (FindOtherCharset(own, contentType) is { } charset)
        {
            throw new NotSupportedException($"Its charset is '{charset}', not utf-8.");
        }
    }

    /// <summary>The charset that a content type names and that is not read; null where there is none. Only JSON doesn't say by itself which one it is.</summary>
    public static string? FindOtherCharset(string own, ReadOnlySpan<char> contentType) =>
        string.Equals(own, JsonPayloadSerializer.Json, StringComparison.Ordinal) ? Utf8Text.FindOtherCharset(contentType) : null;

    private static PayloadCodecs<TRequest, TReply> Codecs<TRequest, TReply>(Operation<TRequest, TReply> operation, IPayloadSerializer serializer) => new(
        serializer.ContentType,
        operation.RequestMayBeNull || typeof(TRequest).IsValueType ? Codec<TRequest>(serializer) : new NotNullCodec<TRequest>(
            Codec<TRequest>(serializer),
            $"It is null, and the contract of {operation.FullName} takes none: pass a value, or declare the parameter nullable.",
            $"It is null, and the contract of {operation.FullName} takes none."),
        operation.ReplyMayBeNull || typeof(TReply).IsValueType ? Codec<TReply>(serializer) : new NotNullCodec<TReply>(
            Codec<TReply>(serializer),
            $"The handler of {operation.FullName} returned null, and its contract says that it never does: return a value, or declare what it returns nullable.",
            $"It is null, and the contract of {operation.FullName} says that it never is."));

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
