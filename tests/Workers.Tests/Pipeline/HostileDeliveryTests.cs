using FsCheck;
using FsCheck.Fluent;
using Messaging.Calls.Contract;
using Messaging.Transport;

namespace Messaging.Pipeline;

/// <summary>Ten thousand generated messages through the whole pipeline of a living worker.</summary>
public sealed class HostileDeliveryTests
{
    private const int Cases = 10_000;

    private static readonly string?[] _texts =
        [null, "", "Add", "Record", "Fill", "nonsense", "\0", "application/json", "application/json; charset=x", "text/plain", "0", "-1", "abc", "5000", "amq.gen-gone", "messaging.reply.gone", "payments", "calc"];

    private static readonly object?[] _values =
        [null, "", "abc", 0L, -1L, long.MaxValue, 1, (byte)1, true, double.NaN, new byte[] { 0xff }, new List<object?> { 1 }, new Dictionary<string, object?>(StringComparer.Ordinal)];

    private static readonly string[] _names = ["timeout-ms", "attempt", "traceparent", "tracestate", "x-delivery-count", "tenant", ""];

    private static readonly string[] _bodies = ["", "{}", "null", "[]", "{\"left\":1,\"right\":2}", "{\"left\":1e99,\"right\":2}", "{\"text\":\"x\"}", "\"\\ud800\"", "\u0000", "{{{{"];

    [Fact]
    public async Task Whatever_comes_the_worker_lives_and_serves_the_next_call()
    {
        await using var application = await InMemoryApplication.StartAsync();
        var generator =
            from texts in Gen.Elements(_texts).ArrayOf(5)
            from names in Gen.Elements(_names).ArrayOf(3)
            from values in Gen.Elements(_values).ArrayOf(3)
            from body in Gen.Elements(_bodies)
            from noise in ArbMap.Default.GeneratorFor<byte[]>()
            from random in ArbMap.Default.GeneratorFor<bool>()
            from commands in ArbMap.Default.GeneratorFor<bool>()
            select (Queue: commands ? "calc.commands" : "calc", Message: new InboundMessage
            {
                Type = texts[0],
                ContentType = texts[1],
                CorrelationId = texts[2],
                ReplyTo = texts[3],
                Expiration = texts[4],
                Headers = names.Zip(values).DistinctBy(pair => pair.First).ToDictionary(pair => pair.First, pair => (object?)pair.Second, StringComparer.Ordinal),
                Body = random ? noise ?? [] : System.Text.Encoding.UTF8.GetBytes(body),
            });

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Cases),
            Prop.ForAll(generator.ToArbitrary(), hostile => application.Faults.RawPublish(hostile.Queue, hostile.Message)));

        var sum = await application.Calc.With(new CallOptions { Timeout = TimeSpan.FromMinutes(1) })
            .AddAsync(new Addends(1, 2), TestContext.Current.CancellationToken);
        Assert.Equal(3, sum.Value);
    }
}
