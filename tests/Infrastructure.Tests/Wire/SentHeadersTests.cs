using Microsoft.Extensions.Time.Testing;

namespace Messaging.Wire;

public sealed class SentHeadersTests
{
    [Fact]
    public void The_time_of_sending_stands_beside_the_other_headers()
    {
        var headers = new SentHeaders(new OneHeader("a", 1L), 42);

        Assert.Equal(["a", "sent-us"], headers.Keys);
        Assert.Equal([1L, 42L], headers.Values);
        Assert.Equal(2, headers.Count);
        Assert.Equal(42L, headers["sent-us"]);
        Assert.Equal(1L, headers["a"]);
        Assert.False(headers.ContainsKey("b"));
    }

    [Fact]
    public void Reading_it_takes_it_away_where_it_is_alone()
    {
        IReadOnlyDictionary<string, object?>? ours = new SentHeaders(rest: null, 42);
        IReadOnlyDictionary<string, object?>? received = new Dictionary<string, object?>(StringComparer.Ordinal) { ["sent-us"] = 43L };

        Assert.True(SentHeaders.TryTake(ref ours, out var first));
        Assert.True(SentHeaders.TryTake(ref received, out var second));

        Assert.Equal((42, 43), (first, second));
        Assert.Null(ours);
        Assert.Null(received);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MaxValue)]
    [InlineData("soon")]
    [InlineData(null)]
    public void What_can_not_be_a_time_is_none(object? told)
    {
        IReadOnlyDictionary<string, object?>? headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["sent-us"] = told, ["a"] = 1L };

        Assert.False(SentHeaders.TryTake(ref headers, out _));
        Assert.Equal(1L, headers!["a"]);
    }

    [Fact]
    public void A_clocks_time_is_in_microseconds_whatever_it_counts_in()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var before = MonotonicTime.Now(time);
        time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(86_400_000_000, MonotonicTime.Now(time) - before);
        Assert.Equal(86_400_000_000, MonotonicTime.Of(86_400L * 32_768, new Coarse()));
    }

    private sealed class Coarse : TimeProvider
    {
        public override long TimestampFrequency => 32_768;
    }
}
