using System.Net;

namespace Messaging.Gateway.Tests.Http;

public sealed class HttpProblemTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<StatusCode, int, string> Statuses => new()
    {
        { StatusCode.Cancelled, 499, "CANCELLED" },
        { StatusCode.Unknown, 500, "UNKNOWN" },
        { StatusCode.InvalidArgument, 400, "INVALID_ARGUMENT" },
        { StatusCode.DeadlineExceeded, 504, "DEADLINE_EXCEEDED" },
        { StatusCode.NotFound, 404, "NOT_FOUND" },
        { StatusCode.AlreadyExists, 409, "ALREADY_EXISTS" },
        { StatusCode.PermissionDenied, 403, "PERMISSION_DENIED" },
        { StatusCode.ResourceExhausted, 429, "RESOURCE_EXHAUSTED" },
        { StatusCode.FailedPrecondition, 400, "FAILED_PRECONDITION" },
        { StatusCode.Aborted, 409, "ABORTED" },
        { StatusCode.OutOfRange, 400, "OUT_OF_RANGE" },
        { StatusCode.Unimplemented, 501, "UNIMPLEMENTED" },
        { StatusCode.Internal, 500, "INTERNAL" },
        { StatusCode.Unavailable, 503, "UNAVAILABLE" },
        { StatusCode.DataLoss, 500, "DATA_LOSS" },
        { StatusCode.Unauthenticated, 401, "UNAUTHENTICATED" },
    };

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Statuses))]
    public async Task A_handlers_status_is_a_problem_of_its_http_status(StatusCode status, int expected, string name)
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("Fail", DeskHost.Json($$"""{"status":{{(int)status}},"detail":"No \"luck\"\n\u263a."}"""), Ct);

        var problem = await DeskHost.ReadProblemAsync((HttpStatusCode)expected, response, Ct);
        Assert.Equal((name, "No \"luck\"\n\u263a.", "desk/Fail", "about:blank"), ((string?)problem["grpcStatus"], (string?)problem["detail"], (string?)problem["operation"], (string?)problem["type"]));
        Assert.False(string.IsNullOrEmpty((string?)problem["correlationId"]));
        Assert.False(string.IsNullOrEmpty((string?)problem["title"]));
        Assert.True((bool)problem["mayHaveRun"]!);
        Assert.Equal(expected is 429 or 503, response.Headers.RetryAfter is not null);
        Assert.Equal("after", Assert.Single(response.Headers.GetValues("Msg-x-tail")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_declared_fault_is_a_problem_with_its_name_and_fields()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("Fail", DeskHost.Json("""{"status":0,"detail":""}"""), Ct);

        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.BadRequest, response, Ct);
        Assert.Equal(("FAILED_PRECONDITION", "DeskFull"), ((string?)problem["grpcStatus"], (string?)problem["fault"]));
        Assert.Equal("""{"drawer":"top","limit":3}""", problem["fields"]!.ToJsonString());
    }

    [Theory(Timeout = 60_000)]
    [InlineData("nobody/Echo")]
    [InlineData("desk/Nothing")]
    [InlineData("desk/echo")]
    [InlineData("a%20b/Echo")]
    public async Task What_nobody_serves_is_not_found(string path)
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync(path, DeskHost.Json("{}"), Ct);

        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.NotFound, response, Ct);
        Assert.Equal("UNIMPLEMENTED", (string?)problem["grpcStatus"]);
        Assert.False((bool)problem["mayHaveRun"]!);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_service_that_is_not_allowed_is_not_found()
    {
        await using var host = await DeskHost.StartAsync(Ct, static options =>
        {
            options.Services.Clear();
            options.Services.Add("orders");
        });

        using var response = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct);
        using var away = await host.PostAsync("orders/Quote", DeskHost.Json("{}"), Ct);

        await DeskHost.ReadProblemAsync(HttpStatusCode.NotFound, response, Ct);

        // It is named, so that it is away and not unknown.
        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.ServiceUnavailable, away, Ct);
        Assert.Equal("NoRoute", (string?)problem["reason"]);
        Assert.NotNull(away.Headers.RetryAfter);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_body_that_is_no_json_is_a_bad_request()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("Echo", DeskHost.Json("no json"), Ct);

        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.BadRequest, response, Ct);
        Assert.Equal("INVALID_ARGUMENT", (string?)problem["grpcStatus"]);
    }
}
