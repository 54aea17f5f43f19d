namespace Messaging.Tests;

public sealed class CallOptionsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-10_000)]
    [InlineData((24L * 24 * 60 * 60 * 1000) + 1)]
    public void A_timeout_out_of_range_is_refused(long milliseconds) => Assert.Throws<ArgumentOutOfRangeException>(
        () => new CallOptions { Timeout = TimeSpan.FromMilliseconds(milliseconds) });

    [Fact]
    public void The_longest_timeout_is_24_days()
    {
        var options = new CallOptions { Timeout = CallOptions.MaxTimeout };

        Assert.Equal(TimeSpan.FromDays(24), options.Timeout);
    }

    [Fact]
    public void Nothing_is_set_by_default()
    {
        var options = new CallOptions();

        Assert.Null(options.Timeout);
        Assert.Null(options.Headers);
    }

    [Fact]
    public void Over_nothing_options_stay_the_same()
    {
        var options = new CallOptions { Timeout = TimeSpan.FromSeconds(1) };

        Assert.Same(options, options.Over(null));
    }

    [Fact]
    public void What_is_set_wins_and_what_is_not_shows_what_lies_below()
    {
        var below = new CallOptions { Timeout = TimeSpan.FromSeconds(1), Headers = Headers(("a", "1")) };

        var kept = new CallOptions().Over(below);
        var replaced = new CallOptions { Timeout = TimeSpan.FromSeconds(2) }.Over(below);

        Assert.Equal(below.Timeout, kept.Timeout);
        Assert.Same(below.Headers, kept.Headers);
        Assert.Equal(TimeSpan.FromSeconds(2), replaced.Timeout);
        Assert.Same(below.Headers, replaced.Headers);
    }

    [Fact]
    public void Headers_are_merged_by_their_exact_names_and_neither_side_changes()
    {
        var below = Headers(("a", "1"), ("b", "2"));
        var above = Headers(("b", "3"), ("B", "4"));

        var merged = new CallOptions { Headers = above }.Over(new CallOptions { Headers = below }).Headers;

        Assert.Equal(Headers(("a", "1"), ("b", "3"), ("B", "4")), merged);
        Assert.Equal(Headers(("a", "1"), ("b", "2")), below);
        Assert.Equal(2, above.Count);
    }

    private static Dictionary<string, string> Headers(params (string Name, string Value)[] headers) =>
        headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.Ordinal);
}
