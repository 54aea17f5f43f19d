using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace Messaging.Http;

/// <summary>A failure as a client of HTTP reads it: https://www.rfc-editor.org/rfc/rfc9457</summary>
internal sealed record Problem
{
    public const string ContentType = "application/problem+json";

    public string Type { get; init; } = "about:blank";

    public required string Title { get; init; }

    public required int Status { get; init; }

    public required string Detail { get; init; }

    /// <summary>gRPC's name of the status.</summary>
    public required string GrpcStatus { get; init; }

    /// <summary>The operation as <c>service/method</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>The call's, to find it in logs and traces.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Whether the handler may have run, or may still be running.</summary>
    public required bool MayHaveRun { get; init; }

    /// <summary>Why the system itself ended the call; null where it did not.</summary>
    public string? Reason { get; init; }

    /// <summary>The name of a declared fault.</summary>
    public string? Fault { get; init; }

    /// <summary>That fault's fields.</summary>
    public JsonElement? Fields { get; init; }

    /// <param name="failure">What failed.</param>
    /// <param name="operation">What was asked for, where the failure doesn't say.</param>
    public static Problem Of(RpcException failure, string operation)
    {
        var status = HttpStatus.Of(failure);
        return new Problem
        {
            Title = ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = failure.Detail,
            GrpcStatus = HttpStatus.NameOf(failure.Status),
            Operation = failure.Operation ?? operation,
            CorrelationId = failure.CorrelationId,
            MayHaveRun = failure.MayHaveRun,
            Reason = failure.Reason == FailureReason.None ? null : failure.Reason.ToString(),
            Fault = failure.FaultName,
            Fields = ReadFields(failure.FaultFields),
        };
    }

    /// <summary>As it is sent.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ProblemJson.Default.Problem);

    // What a worker sends may be anything.
    private static JsonElement? ReadFields(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Writes problems, by themselves and as the last line of a stream.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ProblemJson : JsonSerializerContext;
