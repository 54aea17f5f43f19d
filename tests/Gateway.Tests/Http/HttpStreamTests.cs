using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Messaging.Gateway.Tests.Grpc;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Gateway.Tests.Http;

public sealed class HttpStreamTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(null)]
    [InlineData("*/*")]
    [InlineData("application/x-ndjson, text/event-stream;q=0.5")]
    public async Task Items_are_lines_by_default(string? accept)
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("List", DeskHost.Json("""{"count":3,"then":"end"}"""), Ct, accept is null ? [] : [("Accept", accept)]);

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("before", Assert.Single(response.Headers.GetValues("Msg-x-head")));
        Assert.Equal(Lines(3), await response.Content.ReadAsStringAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task Items_are_events_for_who_accepts_them_and_end_with_one()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("List", DeskHost.Json("""{"count":2,"then":"end"}"""), Ct, ("Accept", "text/event-stream"));

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("data: {\"text\":\"1\"}\n\ndata: {\"text\":\"2\"}\n\nevent: end\ndata: {}\n\n", await response.Content.ReadAsStringAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task Trailers_come_behind_the_items_by_HTTP2()
    {
        await using var host = await DeskHost.StartAsync(Ct);
        using var request = DeskHost.Request("List", DeskHost.Json("""{"count":2,"then":"end"}"""));
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);

        using var response = await host.Client2.SendAsync(request, Ct);

        Assert.Equal(Lines(2), await response.Content.ReadAsStringAsync(Ct));
        Assert.Equal("after", Assert.Single(response.TrailingHeaders.GetValues("Msg-x-tail")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_failure_midway_is_the_last_line()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("List", DeskHost.Json("""{"count":2,"then":"fail"}"""), Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var lines = (await response.Content.ReadAsStringAsync(Ct)).TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        var problem = JsonNode.Parse(lines[2])!["$error"]!;
        Assert.Equal((404, "NOT_FOUND", "No more notes."), ((int)problem["status"]!, (string?)problem["grpcStatus"], (string?)problem["detail"]));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_failure_midway_is_an_error_event()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("List", DeskHost.Json("""{"count":1,"then":"fail"}"""), Ct, ("Accept", "text/event-stream"));

        var events = (await response.Content.ReadAsStringAsync(Ct)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, events.Length);
        Assert.StartsWith("event: error\ndata: {", events[1], StringComparison.Ordinal);
        Assert.Equal("NOT_FOUND", (string?)JsonNode.Parse(events[1]["event: error\ndata: ".Length..])!["grpcStatus"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stream_that_fails_before_its_first_item_is_a_problem()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("List", DeskHost.Json("""{"count":0,"then":"fail"}"""), Ct);

        await DeskHost.ReadProblemAsync(HttpStatusCode.NotFound, response, Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stream_without_items_is_an_empty_body()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("List", DeskHost.Json("""{"count":0,"then":"end"}"""), Ct);

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.ToString());
        Assert.Empty(await response.Content.ReadAsStringAsync(Ct));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Headers_and_each_item_leave_at_once_and_a_client_that_leaves_stops_the_handler(int count)
    {
        await using var host = await DeskHost.StartAsync(Ct);
        using var request = DeskHost.Request("List", DeskHost.Json($$"""{"count":{{count}},"then":"hang"}"""));

        var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        using (response)
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Ct));
            for (var number = 1; number <= count; number++)
            {
                Assert.Equal($$"""{"text":"{{number}}"}""", await reader.ReadLineAsync(Ct));
            }

            await host.Signals.Started.Task.WaitAsync(Ct);
            Assert.False(host.Signals.Cancelled.Task.IsCompleted);
        }

        await host.Signals.Cancelled.Task.WaitAsync(Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_deadline_that_passes_midway_is_the_last_line()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("List", DeskHost.Json("""{"count":1,"then":"hang"}"""), Ct, ("Timeout-Ms", "500"));

        Assert.Contains("\"grpcStatus\":\"DEADLINE_EXCEEDED\"", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        await host.Signals.Cancelled.Task.WaitAsync(Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task Streams_are_JSON_alone()
    {
        await using var host = await DeskHost.StartAsync(Ct, configure: static builder => builder.UseXml());

        using var response = await host.PostAsync("Pour", new StringContent("<Note/>", Encoding.UTF8, "application/xml"), Ct);

        await DeskHost.ReadProblemAsync(HttpStatusCode.UnsupportedMediaType, response, Ct);
        Assert.Equal("application/json", Assert.Single(response.Headers.GetValues("Accept-Post")));
    }

    [Fact(Timeout = 60_000)]
    public async Task Lines_of_a_body_are_the_items_that_a_method_takes()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("Join", Ndjson("\uFEFF{\"text\":\"a\"}\r\n\n  {\"text\":\"b\"} \n{\"text\":\"c\"}"), Ct);
        using var nothing = await host.PostAsync("Join", Ndjson(""), Ct);

        Assert.Equal("""{"text":"a-b-c"}""", await response.Content.ReadAsStringAsync(Ct));
        Assert.Equal("""{"text":""}""", await nothing.Content.ReadAsStringAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task Lines_come_back_while_others_are_sent()
    {
        await using var host = await DeskHost.StartAsync(Ct);
        using var content = new StreamedContent { Headers = { { "Content-Type", "application/x-ndjson" } } };
        using var request = DeskHost.Request("Mirror", content);
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        content.Write("{\"text\":\"1\"}\n"u8.ToArray());

        using var response = await host.Client2.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Ct));
        Assert.Equal("""{"text":"1"}""", await reader.ReadLineAsync(Ct));
        content.Write("{\"text\":\"2\"}\n"u8.ToArray());
        Assert.Equal("""{"text":"2"}""", await reader.ReadLineAsync(Ct));
        content.End();

        Assert.Null(await reader.ReadLineAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_line_that_is_no_JSON_fails_its_stream()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("Join", Ndjson("{\"text\":\"a\"}\nno json\n"), Ct);

        await DeskHost.ReadProblemAsync(HttpStatusCode.BadRequest, response, Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_line_over_the_limit_is_refused_and_many_of_the_limit_are_not()
    {
        await using var host = await DeskHost.StartAsync(Ct, static options => options.MaxRequestBytes = 1000);
        var fits = $$"""{"text":"{{new string('x', 1000 - 11)}}"}""";

        using var accepted = await host.PostAsync("Join", Ndjson(string.Join('\n', Enumerable.Repeat(fits, 50))), Ct);
        using var refused = await host.PostAsync("Join", Ndjson(fits + "\n" + fits + " \n"), Ct);

        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        await DeskHost.ReadProblemAsync(HttpStatusCode.RequestEntityTooLarge, refused, Ct);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("application/json", null)]
    [InlineData("application/x-ndjson", "gzip")]
    public async Task A_stream_is_sent_as_lines_that_are_not_compressed(string contentType, string? encoding)
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync(
            "Join", new StringContent("{}", Encoding.UTF8, contentType), Ct, encoding is null ? [] : [("Content-Encoding", encoding)]);

        await DeskHost.ReadProblemAsync(HttpStatusCode.UnsupportedMediaType, response, Ct);
        Assert.Equal("application/x-ndjson", Assert.Single(response.Headers.GetValues("Accept-Post")));
    }

    private static StringContent Ndjson(string lines) => new(lines, Encoding.UTF8, "application/x-ndjson");

    private static string Lines(int count) => string.Concat(Enumerable.Range(1, count).Select(static number => $$"""{"text":"{{number}}"}""" + "\n"));
}
