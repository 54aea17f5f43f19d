namespace Messaging.Tests;

public sealed class RpcExceptionTests
{
    [Fact]
    public void A_handlers_exception_says_its_status_and_detail() =>
        Assert.Equal("NotFound: No order 5.", new RpcException(StatusCode.NotFound, "No order 5.").Message);

    [Fact]
    public void At_the_caller_it_says_the_operation_whether_it_ran_and_the_correlation_id()
    {
        var error = new RpcException(StatusCode.Unavailable, "The connection was lost.")
        {
            Operation = "orders/Quote",
            CorrelationId = "abc",
            MayHaveRun = true,
            Reason = FailureReason.ConnectionLost,
        };

        Assert.Equal(
            "orders/Quote: Unavailable: The connection was lost. It may have run. (correlation id abc)", error.Message);
    }

    [Fact]
    public void The_cause_is_kept()
    {
        var cause = new InvalidOperationException("why");
        var error = new RpcException(StatusCode.Internal, "what", cause);

        Assert.Same(cause, error.InnerException);
        Assert.Equal(StatusCode.Internal, error.Status);
        Assert.Equal("what", error.Detail);
        Assert.Equal(FailureReason.None, error.Reason);
        Assert.False(error.MayHaveRun);
    }

    [Fact]
    public void OK_is_no_failure() =>
        Assert.Throws<ArgumentException>("status", () => new RpcException(StatusCode.OK, "fine"));
}
