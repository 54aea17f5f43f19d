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

    [Fact]
    public void What_the_contract_says_wins_over_the_service_and_loses_to_the_operations_own_options()
    {
        var said = new CommandRetryDescriptor { MaxAttempts = 3, ImmediateRetries = 0 };
        var operation = new Operation<int, Nothing>("orders", "Ship", OperationKind.Command) { CommandRetry = said };
        var options = new WorkerOptions { CommandRetry = { MaxAttempts = 7, ImmediateRetries = 5, BaseDelay = TimeSpan.FromSeconds(9) } };
        options.CommandRetry.Classify = static _ => FailedCommandAction.Discard;

        var merged = CommandRetryPolicy.Of(operation, options, new Random(1));
        Assert.Equal(3, merged.MaxAttempts);
        Assert.False(merged.IsImmediate(1));
        Assert.InRange(merged.DelayAfter(1).TotalSeconds, 9, 9 * 1.25);
        Assert.Equal(FailedCommandAction.Discard, merged.Classify(new TimeoutException(), declared: false));

        options.Operations["Ship"] = new WorkerOperationOptions { CommandRetry = new CommandRetryOptions { MaxAttempts = 20 } };
        var own = CommandRetryPolicy.Of(operation, options, new Random(1));
        Assert.Equal(20, own.MaxAttempts);
        Assert.True(own.IsImmediate(2));
    }

    [Theory]
    [InlineData(7200, null, 7200)]
    [InlineData(null, 2, 2)]
    public void A_delay_of_the_contract_stands_against_a_bound_of_the_service(int? baseSeconds, int? maxSeconds, int first)
    {
        var operation = new Operation<int, Nothing>("orders", "Ship", OperationKind.Command)
        {
            CommandRetry = new CommandRetryDescriptor
            {
                ImmediateRetries = 0,
                BaseDelay = baseSeconds is { } b ? TimeSpan.FromSeconds(b) : null,
                MaxDelay = maxSeconds is { } m ? TimeSpan.FromSeconds(m) : null,
            },
        };

        var policy = CommandRetryPolicy.Of(operation, new WorkerOptions(), new Random(1));
        Assert.InRange(policy.DelayAfter(1).TotalSeconds, first, first * 1.25);
    }

    private static CommandRetryPolicy Policy(Action<CommandRetryOptions>? configure = null)
    {
        var options = new CommandRetryOptions();
        configure?.Invoke(options);
        return new CommandRetryPolicy(options, new Random(1));
    }
}
