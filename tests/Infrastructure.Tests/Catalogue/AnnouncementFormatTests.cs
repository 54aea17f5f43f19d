using System.Text;
using System.Text.Json;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Catalogue;

public sealed class AnnouncementFormatTests
{
    private static readonly Announcement _full = new()
    {
        Format = 1,
        Service = "orders",
        Instance = "5f3a",
        Version = "1.2.0.0",
        Host = "pod-7",
        ProcessId = 42,
        UptimeMs = 61_000,
        IntervalMs = 5000,
        Concurrency = 40,
        Running = 3,
        Draining = true,
        Operations =
        [
            new AnnouncedOperation { Name = "Quote", Kind = OperationKind.Call, Handled = 12, Failed = 2, Rate = 1.5, MedianUs = 800, Percentile99Us = 9000 },
            new AnnouncedOperation { Name = "Ship", Kind = OperationKind.Command },
        ],
    };

    [Fact]
    public void What_is_written_is_read()
    {
        var read = AnnouncementFormat.TryRead(Message(AnnouncementFormat.Write(_full)));

        Assert.NotNull(read);
        Assert.Equal(_full.Operations, read.Operations);
        Assert.Equal(_full with { Operations = null }, read with { Operations = null });
    }

    [Fact]
    public void A_usual_announcement_is_small()
    {
        var operations = Enumerable.Range(0, 20).Select(static number => new AnnouncedOperation
        {
            Name = $"SomethingUsual{number}",
            Kind = OperationKind.Call,
            Handled = 123_456_789,
            Failed = 12_345,
            Rate = 1234.567,
            MedianUs = 12_345,
            Percentile99Us = 123_456,
        });

        Assert.True(AnnouncementFormat.Write(_full with { Operations = [.. operations] }).Length < 4096);
    }

    [Fact]
    public void Operations_are_left_out_where_there_are_too_many()
    {
        var operations = Enumerable.Range(0, 1000).Select(static number => new AnnouncedOperation { Name = new string('o', 200) + number, Kind = OperationKind.Call });

        var read = AnnouncementFormat.TryRead(Message(AnnouncementFormat.Write(_full with { Operations = [.. operations] })));

        Assert.NotNull(read);
        Assert.Null(read.Operations);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"format":1,"service":null,"instance":"1","host":"h","intervalMs":5000}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"","host":"h","intervalMs":5000}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","intervalMs":5000}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h"}""")]
    [InlineData("""{"format":2,"service":"orders","instance":"1","host":"h","intervalMs":5000}""")]
    [InlineData("""{"format":1,"service":"orders.dead","instance":"1","host":"h","intervalMs":5000}""")]
    [InlineData("""{"format":1,"service":"<script>","instance":"1","host":"h","intervalMs":5000}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"\u001b[2J","intervalMs":5000}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1\n2","host":"h","intervalMs":5000}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":999}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":60001}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":1e99}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":"5000"}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"running":-1}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"processId":-1}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"uptimeMs":9223372036854775807}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"operations":[null]}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"operations":[{"name":"A"}]}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"operations":[{"name":"A","kind":"Nap"}]}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"operations":[{"name":"A","kind":77}]}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"operations":[{"name":"A","kind":"Call","handled":1,"failed":2}]}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"operations":[{"name":"A","kind":"Call","rate":1e999}]}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"operations":[{"name":"A","kind":"Call","rate":-1}]}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"operations":[{"name":"A","kind":"Call","medianUs":9223372036854775807}]}""")]
    [InlineData("""{"format":1,"service":"orders","instance":"1","host":"h","intervalMs":5000,"x":[[[[[[[[[[1]]]]]]]]]]}""")]
    public void What_cannot_be_believed_is_refused(string body)
    {
        Assert.Null(AnnouncementFormat.TryRead(Message(Encoding.UTF8.GetBytes(body))));
    }

    [Fact]
    public void Too_long_too_many_and_too_large_are_refused()
    {
        Assert.Null(Read(_full with { Host = new string('h', 256) }));
        Assert.Null(Read(_full with { Version = new string('1', 256) }));
        Assert.Null(Read(_full with { Instance = new string('i', 65) }));
        Assert.Null(Read(_full with { Operations = [.. Enumerable.Repeat(new AnnouncedOperation { Name = "A", Kind = OperationKind.Call }, 1001)] }));
        Assert.Null(AnnouncementFormat.TryRead(Message(AnnouncementFormat.Write(_full).Concat(Enumerable.Repeat((byte)' ', AnnouncementFormat.MaxBytes)).ToArray())));
        Assert.Null(AnnouncementFormat.TryRead(Message(AnnouncementFormat.Write(_full)) with { Type = "cancel" }));
    }

    [Fact]
    public void Random_damage_is_refused_or_read_and_never_throws()
    {
        var random = new Random(7);
        var whole = AnnouncementFormat.Write(_full);
        for (var round = 0; round < 5000; round++)
        {
            var damaged = whole.ToArray();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            if (AnnouncementFormat.TryRead(Message(damaged.AsMemory(0, random.Next(2) == 0 ? damaged.Length : random.Next(damaged.Length)))) is { } read)
            {
                Assert.True(ServiceNames.IsValid(read.Service));
            }
        }
    }

    private static Announcement? Read(Announcement announcement) =>
        AnnouncementFormat.TryRead(Message(JsonSerializer.SerializeToUtf8Bytes(announcement, AnnouncementJson.Default.Announcement)));

    private static InboundMessage Message(ReadOnlyMemory<byte> body) => new() { Type = WireNames.AnnounceType, Body = body };
}
