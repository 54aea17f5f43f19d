using System.Buffers.Binary;
using System.Diagnostics.Metrics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Messaging.Batching;
using Messaging.Calls.Contract;
using Messaging.InMemory;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Pipeline;

/// <summary>Batches that a stranger wrote, sent to a living worker.</summary>
public sealed class HostileBatchDeliveryTests
{
    private const int Cases = 10_000;

    // More than a worker is given before it must settle some.
    private const int MoreThanThePrefetch = 100;

    private static readonly string[] _methods = ["Add", "Check", "AddOnce", "Fill", "Touch", "Record", "nonsense", "", "batch"];

    private static readonly string[] _contentTypes = ["", "application/json", "text/plain", BatchFormat.ContentType];

    private static readonly string[] _bodies = ["", "{}", "null", "{\"left\":1,\"right\":2}", "{\"left\":1e99,\"right\":2}", "{{{{", "\"\\ud800\""];

    private static readonly string[] _replyTos = ["amq.gen-gone", "messaging.reply.gone", "payments", "calc", ""];

    private static readonly object?[] _values = [null, "", "x", 0L, -1L, long.MaxValue, true, double.NaN, new byte[] { 0xff }];

    private static readonly string[] _headers = ["timeout-ms", "attempt", "traceparent", "batch", "handler-us", "status", "tenant", ""];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Gen<byte[]> Valid { get; } =
        from count in Gen.Choose(1, 6)
        from ids in ArbMap.Default.GeneratorFor<ulong>().ArrayOf(count)
        from numbers in Gen.Elements(0u, 1u, 50u, 30_000u, uint.MaxValue - 1, uint.MaxValue).ArrayOf(count)
        from methods in Gen.Elements(_methods).ArrayOf(count)
        from contentTypes in Gen.Elements(_contentTypes).ArrayOf(count)
        from bodies in Gen.Elements(_bodies).ArrayOf(count)
        from names in Gen.Elements(_headers).ArrayOf(count)
        from values in Gen.Elements(_values).ArrayOf(count)
        from age in Gen.Elements(0u, 1u, 1000u, uint.MaxValue)
        select Write(age, [.. Enumerable.Range(0, count).Select(i => new Frame(
            ids[i] % 8, numbers[i], methods[i], contentTypes[i], new Dictionary<string, object?>(StringComparer.Ordinal) { [names[i]] = values[i] }, bodies[i]))]);

    private static Gen<byte[]> Spoilt { get; } =
        from bytes in Valid
        from way in Gen.Choose(0, 3)
        from at in Gen.Choose(0, bytes.Length - 5)
        from bit in Gen.Choose(0, 7)
        from lie in Gen.Elements(0u, 25u, 255u, (uint)int.MaxValue, uint.MaxValue)
        from noise in ArbMap.Default.GeneratorFor<byte[]>()
        select Spoil(bytes, way, at, bit, lie, noise ?? []);

    [Fact]
    public async Task Whatever_comes_the_worker_lives_and_serves_the_next_call()
    {
        await using var application = await InMemoryApplication.StartAsync();
        var generator =
            from body in Gen.OneOf(Valid, Spoilt, ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => bytes ?? []))
            from replyTo in Gen.Elements(_replyTos)
            from announced in Gen.Elements(_values)
            from commands in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
            select (Queue: commands ? "calc.commands" : "calc", Message: Batch(body) with
            {
                ReplyTo = replyTo,
                Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["batch"] = announced },
            });

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Cases),
            Prop.ForAll(generator.ToArbitrary(), hostile => application.Faults.RawPublish(hostile.Queue, hostile.Message)));

        await ServesAsync(application);
    }

    [Fact]
    public async Task What_cannot_be_read_is_rejected_counted_and_takes_no_room()
    {
        using var counted = new RefusedDeliveries();
        var log = new Refusals();
        await using var application = await InMemoryApplication.StartAsync(services: services => services.AddSingleton<ILoggerProvider>(log));
        var good = Write(ageMs: 0, new Frame(1, 1000, "Add", "application/json", null, "{\"left\":1,\"right\":2}"));
        byte[][] bad = [[], good[..^1], [2, .. good[1..]], [.. good, 0], good[..BatchFormat.HeadBytes], new byte[BatchFormat.MaxBytes + 1]];

        for (var i = 0; i < MoreThanThePrefetch; i++)
        {
            Assert.True(application.Faults.RawPublish("calc", Batch(bad[i % bad.Length])));
        }

        await ServesAsync(application);
        Assert.Equal(MoreThanThePrefetch, log.Count);
        Assert.InRange(counted.Count, MoreThanThePrefetch, long.MaxValue);

        // Dropped, as a call that comes late or by a stranger is nothing to keep.
        Assert.Empty(application.Faults.Peek("calc"));
        Assert.Empty(application.Faults.Peek("calc.dead"));
    }

    [Fact]
    public async Task A_batch_among_the_commands_is_dead_lettered_and_none_of_it_runs()
    {
        var ran = false;
        await using var application = await InMemoryApplication.StartAsync(
            new CalcScript { Record = (note, _) => { ran |= note.Text is "packed"; return Task.CompletedTask; } });
        var body = Write(ageMs: 0, new Frame(1, uint.MaxValue, "Record", "application/json", null, "{\"text\":\"packed\"}"));

        for (var i = 0; i < MoreThanThePrefetch; i++)
        {
            Assert.True(application.Faults.RawPublish("calc.commands", Batch(body), persistent: true));
        }

        var dead = new List<InboundMessage>();
        while (dead.Count < MoreThanThePrefetch)
        {
            dead.AddRange(application.Faults.Take("calc.dead"));
            await Task.Yield();
            Token.ThrowIfCancellationRequested();
        }

        Assert.All(dead, message => Assert.Equal((BatchFormat.ContentType, "rejected"), (message.ContentType, message.Headers![WireNames.DeadReason])));
        Assert.All(dead, message => Assert.True(message.Body.Span.SequenceEqual(body)));
        Assert.False(ran);
        await application.Calc.RecordAsync(new Note("single"), Token);
        await ServesAsync(application);
    }

    [Fact]
    public async Task What_waits_for_a_worker_that_is_only_starting_is_rejected_all_the_same()
    {
        using var broker = new InMemoryBroker();
        await (await InMemoryApplication.StartAsync(services: services => services.AddSingleton(broker))).DisposeAsync();
        for (var i = 0; i < MoreThanThePrefetch; i++)
        {
            Assert.True(broker.Faults.RawPublish("calc", Batch([])));
        }

        await using var application = await InMemoryApplication.StartAsync(services: services => services.AddSingleton(broker));

        await ServesAsync(application);
    }

    [Fact]
    public async Task A_batch_that_wants_its_replies_in_a_work_queue_is_not_served()
    {
        var ran = false;
        await using var application = await InMemoryApplication.StartAsync(
            new CalcScript { Add = (request, _) => { ran |= request.Left == 666; return Task.FromResult(new Sum(request.Left + request.Right)); } },
            InOrder);
        application.Broker.Declare("payments", new QueueArguments());
        var frame = new Frame(1, 30_000, "Add", "application/json", null, "{\"left\":666,\"right\":0}");

        for (var i = 0; i < MoreThanThePrefetch; i++)
        {
            Assert.True(application.Faults.RawPublish("calc", Batch(Write(ageMs: 0, frame, frame)) with
            {
                ReplyTo = "payments",
                Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["batch"] = 1L },
            }));
        }

        await ServesAsync(application);
        Assert.False(ran);
        Assert.Empty(application.Faults.Peek("payments"));
    }

    [Fact]
    public async Task Calls_of_a_batch_that_have_the_same_id_are_both_served()
    {
        await using var application = await InMemoryApplication.StartAsync(configure: InOrder);
        const string Replies = "messaging.reply.test";
        application.Broker.Declare(Replies, new QueueArguments());
        var frame = new Frame(7, 30_000, "Add", "application/json", null, "{\"left\":1,\"right\":2}");

        Assert.True(application.Faults.RawPublish("calc", Batch(Write(ageMs: 0, frame, frame)) with { ReplyTo = Replies }));

        await ServesAsync(application);
        Assert.Equal(
            ["{\"value\":3}", "{\"value\":3}"],
            application.Faults.Take(Replies).Select(reply => Encoding.UTF8.GetString(reply.Body.Span)));
    }

    private static void InOrder(WorkerOptions options) => options.Concurrency = 1;

    /// <summary>Everything before it has been taken, and a further call is served.</summary>
    private static async Task ServesAsync(InMemoryApplication application)
    {
        var sum = await application.Calc.With(new CallOptions { Timeout = TimeSpan.FromMinutes(1) }).AddAsync(new Addends(1, 2), Token);
        Assert.Equal(3, sum.Value);
    }

    private static InboundMessage Batch(byte[] body) => new() { Type = WireNames.BatchType, ContentType = BatchFormat.ContentType, Body = body };

    private static byte[] Write(uint ageMs, params ReadOnlySpan<Frame> frames)
    {
        var writer = new BatchWriter();
        writer.Begin();
        foreach (var frame in frames)
        {
            var names = new FrameNames(frame.Method, frame.ContentType);
            var body = Encoding.UTF8.GetBytes(frame.Body);
            writer.Write(frame.Id, frame.Number, names, frame.Headers, body, BatchWriter.Measure(names, frame.Headers, body.Length));
        }

        writer.SetAge(ageMs);
        var bytes = writer.Written.ToArray();
        writer.Release();
        return bytes;
    }

    private static byte[] Spoil(byte[] bytes, int way, int at, int bit, uint lie, byte[] noise)
    {
        switch (way)
        {
            case 0:
                return bytes[..at];
            case 1:
                bytes[at] ^= (byte)(1 << bit);
                return bytes;
            case 2:
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), lie);
                return bytes;
            default:
                return [.. bytes, .. noise];
        }
    }

    private sealed record Frame(
        UInt128 Id, uint Number, string Method, string ContentType, IReadOnlyDictionary<string, object?>? Headers, string Body);

    /// <summary>Counts what all workers of this process refuse.</summary>
    private sealed class RefusedDeliveries : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _count;

        public RefusedDeliveries()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name is "messaging.worker.refused_deliveries")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref _count, count));
            _listener.Start();
        }

        public long Count => Interlocked.Read(ref _count);

        public void Dispose() => _listener.Dispose();
    }

    /// <summary>Counts the refusals that one application logs.</summary>
    private sealed class Refusals : ILoggerProvider, ILogger
    {
        private int _count;

        public int Count => _count;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).StartsWith("Batch refused: calc", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _count);
            }
        }

        public void Dispose()
        {
        }
    }
}
