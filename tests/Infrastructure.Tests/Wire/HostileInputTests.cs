using System.Text.Json;
using Messaging.Serialization;
using Microsoft.Extensions.Options;

namespace Messaging.Wire;

/// <summary>Every reader of the wire, with ten thousand generated messages each: an answer or a refusal, never a crash.</summary>
public sealed class HostileInputTests
{
    [Fact]
    public void A_request_head_is_read_within_bounds_or_refused_with_a_reason() => Hostile.Try(Hostile.Message, message =>
    {
        if (!RequestHead.TryRead(message, out var head, out var error))
        {
            return error.Length > 0;
        }

        return head.Method.Length > 0
            && head.Attempt >= 1
            && (head.Timeout is not { } timeout || (timeout >= TimeSpan.Zero && timeout <= CallOptions.MaxTimeout));
    });

    [Fact]
    public void A_reply_head_is_always_a_status_and_a_bounded_detail() => Hostile.Try(Hostile.Message, message =>
    {
        var head = ReplyHead.Read(message);
        return Enum.IsDefined(head.Status)
            && Enum.IsDefined(head.Reason)
            && (head.Status == StatusCode.OK || head.Detail.Length <= 2048)
            && (!string.Equals(message.Type, WireNames.FaultReplyType, StringComparison.Ordinal) || head.Status != StatusCode.OK);
    });

    [Fact]
    public void User_headers_are_texts_and_never_the_systems() => Hostile.Try(Hostile.Headers, headers =>
        UserHeaders.Read(headers).All(header => header.Value is not null && !UserHeaders.IsReserved(header.Key)));

    [Fact]
    public void A_correlation_id_is_32_hexadecimal_digits_or_none() => Hostile.Try(Hostile.Text, text =>
        !CorrelationIds.TryParse(text, out var id) || string.Equals(CorrelationIds.Format(id), text, StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void A_reply_address_is_answered_only_by_its_prefix() => Hostile.Try(Hostile.Text, text =>
        text is null
        || ReplyAddress.IsAllowed(text, ReplyAddress.DefaultPrefixes) == ReplyAddress.DefaultPrefixes.Any(prefix => text.StartsWith(prefix, StringComparison.Ordinal)));

    [Fact]
    public void A_json_body_is_decoded_or_refused_as_json()
    {
        var codec = new JsonPayloadSerializer(Options.Create(new JsonPayloadOptions())).GetCodec<Sample>();

        Hostile.Try(Hostile.Bytes, bytes =>
        {
            try
            {
                _ = codec.Decode(bytes);
                return true;
            }
            catch (JsonException)
            {
                return true;
            }
        });
    }

    [Fact]
    public void A_faults_fields_are_read_or_refused_as_json() => Hostile.Try(Hostile.Bytes, bytes =>
    {
        try
        {
            return FaultBody.Read(new SampleFault(), bytes) is InvalidTimeZoneException;
        }
        catch (JsonException)
        {
            return true;
        }
    });

    private sealed record Sample(int Left, string Name, IReadOnlyList<double> Values);

    private sealed class SampleFault : FaultDescriptor
    {
        public override string Name => "Sample";

        public override Type ExceptionType => typeof(InvalidTimeZoneException);

        public override void Write(Exception exception, IFaultWriter writer) => writer.Write("message", exception.Message);

        public override Exception Read(IFaultReader reader) =>
            new InvalidTimeZoneException($"{reader.Read<string>("message")}{reader.Read<int?>("left")}{reader.Read<Guid?>("id")}");
    }
}
