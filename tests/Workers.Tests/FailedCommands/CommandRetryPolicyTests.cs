using Messaging.FailedCommands;

namespace Messaging;

public sealed class CommandRetryPolicyTests
{
    [Fact]
    public void What_may_pass_with_time_is_tried_again()
    {
        var policy = Policy();

        Assert.Equal(FailedCommandAction.Retry, policy.Classify(new InvalidOperationException("x"), declared: false));
        Assert.Equal(FailedCommandAction.Retry, policy.Classify(new RpcException(StatusCode.Unavailable, "x"), declared: false));
        Assert.Equal(FailedCommandAction.Retry, policy.Classify(new RpcException(StatusCode.DeadlineExceeded, "x"), declared: false));
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument)]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.PermissionDenied)]
    [InlineData(StatusCode.Unimplemented)]
    public void What_says_that_the_command_is_wrong_is_dead_lettered_at_once(StatusCode status) =>
        Assert.Equal(FailedCommandAction.DeadLetter, Policy().Classify(new RpcException(status, "x"), declared: false));

    [Fact]
    public void A_declared_fault_and_a_command_that_reached_no_handler_are_dead_lettered_at_once()
    {
        Assert.Equal(FailedCommandAction.DeadLetter, Policy().Classify(new InvalidOperationException("x"), declared: true));
        Assert.Equal(FailedCommandAction.DeadLetter, Policy().Classify(exception: null, declared: false));
    }

    [Fact]
    public void Options_have_the_first_word_on_exceptions()
    {
        var policy = Policy(options => options.Classify = static exception => exception switch
        {
            TimeoutException => FailedCommandAction.Discard,
            RpcException => FailedCommandAction.Retry,
            _ => null,
        });

        Assert.Equal(FailedCommandAction.Discard, policy.Classify(new TimeoutException(), declared: false));
        Assert.Equal(FailedCommandAction.Retry, policy.Classify(new RpcException(StatusCode.NotFound, "x"), declared: false));
        Assert.Equal(FailedCommandAction.DeadLetter, policy.Classify(new InvalidOperationException("x"), declared: true));
    }

    [Fact]
    public void Delays_double_from_the_first_one_that_is_delayed_up_to_the_longest()
    {
        var policy = Policy(options =>
        {
            (options.ImmediateRetries, options.BaseDelay, options.MaxDelay) = (2, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(30));
        });

        Assert.True(policy.IsImmediate(2));
        Assert.False(policy.IsImmediate(3));
        foreach (var (attempt, seconds) in new[] { (3, 4), (4, 8), (5, 16), (6, 30), (7, 30), (1000, 30) })
        {
            Assert.InRange(policy.DelayAfter(attempt).TotalSeconds, seconds, seconds * 1.25);
        }
    }

    [Fact]
    public void Delays_are_spread_at_random()
    {
        var policy = Policy();

        Assert.NotEqual(1, Enumerable.Range(0, 50).Select(_ => policy.DelayAfter(3)).Distinct().Count());
    }

    private static CommandRetryPolicy Policy(Action<CommandRetryOptions>? configure = null)
    {
        var options = new CommandRetryOptions();
        configure?.Invoke(options);
        return new CommandRetryPolicy(options, new Random(1));
    }
}
