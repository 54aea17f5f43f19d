using Messaging.Transport;

namespace Messaging.Wire;

public sealed class HeadRoundTripTests
{
    [Fact]
    public void A_faults_head_survives_the_wire()
    {
        var sent = new ReplyHead
        {
            Status = StatusCode.Aborted,
            Detail = "gone",
            FaultType = "OutOfStock",
            MayHaveRun = true,
            Reason = FailureReason.Redelivered,
            StackTrace = "at X",
        };

        Assert.Equal(sent, ReplyHead.Read(new InboundMessage { Type = WireNames.FaultReplyType, Headers = sent.ToHeaders() }));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("reply")]
    [InlineData("anything")]
    public void A_plain_reply_of_a_foreign_worker_is_a_success(string? type) =>
        Assert.Equal(StatusCode.OK, ReplyHead.Read(new InboundMessage { Type = type }).Status);

    [Fact]
    public void Time_left_comes_from_the_header_then_from_the_expiration()
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal) { [WireNames.TimeoutMs] = 250L };

        Assert.True(RequestHead.TryRead(new InboundMessage { Type = "Add", Expiration = "900", Headers = headers }, out var both, out _));
        Assert.True(RequestHead.TryRead(new InboundMessage { Type = "Add", Expiration = "900" }, out var expiration, out _));
        Assert.True(RequestHead.TryRead(new InboundMessage { Type = "Add" }, out var none, out _));

        Assert.Equal(TimeSpan.FromMilliseconds(250), both.Timeout);
        Assert.Equal(TimeSpan.FromMilliseconds(900), expiration.Timeout);
        Assert.Null(none.Timeout);
    }

    [Fact]
    public void A_plain_request_has_no_headers_and_a_further_attempt_says_so()
    {
        Assert.Null(RequestHeaders.Create(1, activity: null, user: null));
        Assert.Equal(2L, RequestHeaders.Create(2, activity: null, user: null)![WireNames.Attempt]);
    }

    [Fact]
    public void Correlation_ids_do_not_repeat_and_survive_the_wire()
    {
        var ids = Enumerable.Range(0, 10_000).Select(_ => CorrelationIds.Create()).ToList();

        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(CorrelationIds.TryParse(CorrelationIds.Format(id), out var read) && read == id));
    }
}
