namespace Messaging.Samples.Tests;

public sealed class OrdersTourTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task The_tour_behaves_in_memory_and_prints_plain_lines_where_there_is_no_terminal()
    {
        var (exitCode, output) = await SampleProcess.RunOrdersAsync(Ct, "--once");

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.DoesNotContain("✗", output, StringComparison.Ordinal);
        Assert.Contains("All 10 steps behaved", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        Assert.Equal(0, exitCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("--role", "worker", "add --broker amqp://host")]
    [InlineData("--role", "pilot", "use all, web or worker")]
    [InlineData("--broker", "localhost", "is not an address such as amqp://localhost:5672")]
    public async Task A_wrong_option_is_told_with_what_to_do(string option, string value, string advice)
    {
        var (exitCode, output) = await SampleProcess.RunOrdersAsync(Ct, option, value);

        Assert.Contains(advice, output, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }
}
