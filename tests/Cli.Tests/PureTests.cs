using System.Text.Json.Nodes;
using Messaging.Cli.Bench;
using Messaging.Cli.DeadLetters;
using Messaging.Cli.Output;
using Messaging.Cli.Services;

namespace Messaging.Cli.Tests;

public sealed class PureTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("5s", 5000)]
    [InlineData("1.5", 1500)]
    [InlineData("2m", 120_000)]
    [InlineData("00:00:07", 7000)]
    public void Durations_are_read(string text, double milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("0")]
    [InlineData("5 parsecs")]
    [InlineData("99999999999d")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Fact]
    public void A_percentile_is_right_to_two_per_cent()
    {
        var histogram = new LatencyHistogram();
        for (var ms = 1; ms <= 1000; ms++)
        {
            histogram.Add(TimeSpan.FromMilliseconds(ms));
        }

        Assert.InRange(histogram.At(50).TotalMilliseconds, 500, 510);
        Assert.InRange(histogram.At(99).TotalMilliseconds, 990, 1000);
        Assert.Equal(1000, histogram.Max.TotalMilliseconds);
        Assert.Equal(1000, histogram.Bars().Sum(static bar => bar.Count));
    }

    [Fact]
    public void A_sample_follows_references_and_ends_in_a_type_that_contains_itself()
    {
        var schema = JsonNode.Parse("""{"type":"object","properties":{"name":{"type":["string","null"]},"child":{"$ref":"#"},"size":{"type":"integer","minimum":1}}}""");
        var sample = SampleRequest.Create(schema)!;
        Assert.Equal("text", (string?)sample["name"]);
        Assert.Equal(1, (int?)sample["size"]);
        Assert.NotNull(sample["child"]);
    }

    [Fact]
    public void Text_from_elsewhere_does_not_steer_the_terminal_or_show_a_password()
    {
        Assert.Equal("a\\u001b[31mb", TerminalText.Clean("a\u001b[31mb"));
        Assert.Equal("to amqp://***@host", TerminalText.Redact("to amqp://user:p@ss@host"));
    }

    [Fact]
    public void A_difference_shows_what_went_and_what_came() =>
        Assert.Equal(["  a", "- b", "+ x", "  c"], TextDifference.Between("a\nb\nc", "a\nx\nc"));
}
