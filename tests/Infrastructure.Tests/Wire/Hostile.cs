using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Messaging.Transport;

namespace Messaging.Wire;

/// <summary>Generates what a stranger could put on the wire.</summary>
internal static class Hostile
{
    /// <summary>How many cases each reader is tried with.</summary>
    public const int Cases = 10_000;

    private static readonly string[] _names =
    [
        WireNames.TimeoutMs, WireNames.Attempt, WireNames.Status, WireNames.Detail, WireNames.FaultType, WireNames.MayHaveRun,
        WireNames.Reason, WireNames.StackTrace, WireNames.TraceParent, WireNames.TraceState, WireNames.DeliveryCount, "x-death", "CC", "tenant", "",
    ];

    public static Gen<string?> Text { get; } = Gen.OneOf(
        Gen.Constant<string?>(null),
        Gen.Elements<string?>("", "0", "-1", "abc", "9223372036854775808", "1e3", "true", "OK", "NoRoute", "-5", "\0", "Add", "reply", "fault"),
        ArbMap.Default.GeneratorFor<string>().Select(text => (string?)text),
        Gen.Choose(0, 300).Select(length => (string?)new string('ü', length)));

    public static Gen<byte[]> Bytes { get; } = Gen.OneOf(
        ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => bytes ?? []),
        Text.Select(text => Encoding.UTF8.GetBytes(text ?? string.Empty)),
        Gen.Elements("{}", "[]", "null", "{\"left\":1}", "{\"left\":1,\"left\":2}", "{\"$type\":\"x\"}", new string('[', 200), "{\"a\":{\"b\":{\"c\":1}}}", "1e999", "\"\\ud800\"")
            .Select(Encoding.UTF8.GetBytes));

    public static Gen<object?> HeaderValue { get; } = Gen.OneOf(
        Text.Select(text => (object?)text),
        Bytes.Select(bytes => (object?)bytes),
        ArbMap.Default.GeneratorFor<long>().Select(number => (object?)number),
        ArbMap.Default.GeneratorFor<int>().Select(number => (object?)number),
        ArbMap.Default.GeneratorFor<short>().Select(number => (object?)number),
        ArbMap.Default.GeneratorFor<byte>().Select(number => (object?)number),
        ArbMap.Default.GeneratorFor<double>().Select(number => (object?)number),
        ArbMap.Default.GeneratorFor<decimal>().Select(number => (object?)number),
        ArbMap.Default.GeneratorFor<bool>().Select(flag => (object?)flag),
        Gen.Elements<object?>(long.MinValue, long.MaxValue, int.MinValue, double.NaN, new List<object?> { 1, "x" }, new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = null }));

    public static Gen<IReadOnlyDictionary<string, object?>?> Headers { get; } =
        from count in Gen.Choose(0, 6)
        from names in Gen.Elements(_names).ArrayOf(count)
        from values in HeaderValue.ArrayOf(count)
        from absent in Gen.Choose(0, 9)
        select absent == 0 ? null : (IReadOnlyDictionary<string, object?>?)ToHeaders(names, values);

    public static Gen<InboundMessage> Message { get; } =
        from type in Text
        from contentType in Text
        from correlationId in Text
        from replyTo in Text
        from expiration in Text
        from headers in Headers
        from body in Bytes
        from redelivered in ArbMap.Default.GeneratorFor<bool>()
        select new InboundMessage
        {
            Type = type,
            ContentType = contentType,
            CorrelationId = correlationId,
            ReplyTo = replyTo,
            Expiration = expiration,
            Headers = headers,
            Body = body,
            Redelivered = redelivered,
        };

    /// <summary>Tries a reader with every case; it must not throw, and what it returns must hold.</summary>
    public static void Try<T>(Gen<T> cases, Func<T, bool> holds) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases), Prop.ForAll(cases.ToArbitrary(), holds));

    private static Dictionary<string, object?> ToHeaders(string[] names, object?[] values)
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            headers[names[i]] = values[i];
        }

        return headers;
    }
}
