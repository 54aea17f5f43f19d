using Messaging.Http;
using Microsoft.AspNetCore.Http;

namespace Messaging.Gateway.Tests.Http;

public sealed class RetryAfterTests
{
    [Theory]
    [InlineData(2.1, "3")]
    [InlineData(0.02, "1")]
    [InlineData(null, "7")]
    public async Task A_client_is_told_after_how_many_seconds_an_overloaded_service_may_have_room(double? known, string expected)
    {
        var context = new DefaultHttpContext();
        context.Response.Body = new MemoryStream();
        var failure = new RpcException(StatusCode.ResourceExhausted, "refused in time")
        {
            Reason = FailureReason.Overloaded,
            RetryAfter = known is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };

        await HttpDoor.FailAsync(context, failure, TimeSpan.FromSeconds(7));

        Assert.Equal(429, context.Response.StatusCode);
        Assert.Equal(expected, context.Response.Headers.RetryAfter);
    }
}
