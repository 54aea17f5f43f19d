using System.Text.Json.Nodes;
using Messaging.Testing.Processes;

namespace Messaging.Cli.Tests;

/// <summary>The tool's program against a real broker with a live worker.</summary>
public sealed class RealBrokerTests(CalcBroker calc) : IClassFixture<CalcBroker>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Task<CliResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(calc.Broker.Uri, input: null, arguments);

    [Fact]
    public async Task A_call_prints_its_reply_for_programs_and_for_people()
    {
        var json = await RunAsync("call", "calc/Add", """{"left":40,"right":2}""", "--json");
        Assert.True(json.ExitCode == 0, json.ToString());
        Assert.Equal("""{"value":42}""", json.Output);

        var people = await RunAsync("call", "calc/Add", """{"left":40,"right":2}""");
        Assert.Equal("{\n  \"value\": 42\n}", people.Output);
    }

    [Fact]
    public async Task A_stream_prints_an_item_a_line_and_takes_lines_from_the_standard_input()
    {
        var count = await RunAsync("call", "calc/Count", """{"left":1,"right":3}""");
        Assert.True(count.ExitCode == 0, count.ToString());
        Assert.Equal("{\"value\":1}\n{\"value\":2}\n{\"value\":3}", count.Output);

        var total = await CliProcess.RunAsync(calc.Broker.Uri, "{\"value\":4}\n\n{\"value\":5}\n", "call", "calc/Total", "--json");
        Assert.True(total.ExitCode == 0, total.ToString());
        Assert.Equal("""{"value":9}""", total.Output);

        var broken = await CliProcess.RunAsync(calc.Broker.Uri, "{\"value\":4}\nnot json\n", "call", "calc/Total");
        Assert.Equal(2, broken.ExitCode);
        Assert.Contains("ine 2 of the standard input is no JSON", broken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_method_and_a_service_that_nobody_serves_are_told_apart()
    {
        var method = await RunAsync("call", "calc/Multiply");
        Assert.Equal(2, method.ExitCode);
        Assert.Contains("has no method 'Multiply'. It has: Add", method.Error, StringComparison.Ordinal);

        var service = await RunAsync("call", "nobody/Add", "--json");
        Assert.Equal(1, service.ExitCode);
        var error = JsonNode.Parse(service.Error)!["error"]!;
        Assert.Equal("Unavailable", (string?)error["status"]);
        Assert.Equal("NoRoute", (string?)error["reason"]);
    }

    [Fact]
    public async Task A_service_is_described_with_a_sample_that_can_be_called()
    {
        var described = await RunAsync("describe", "calc/Add", "--json");
        Assert.True(described.ExitCode == 0, described.ToString());
        var sample = JsonNode.Parse(described.Output)!["sample"]!.ToJsonString();
        var called = await RunAsync("call", "calc/Add", sample, "--json");
        Assert.True(called.ExitCode == 0, called.ToString());
    }

    [Fact]
    public async Task A_dead_letter_is_listed_repaired_and_replayed()
    {
        var sent = await RunAsync("send", "calc/Record", """{"text":"bad"}""", "--message-id", "letter-1");
        Assert.True(sent.ExitCode == 0, sent.ToString());
        await AppearAsync("letter-1");

        var refused = await RunAsync("dead", "edit", "calc", "--id", "letter-1", "--body", """{"text":"good"}""");
        Assert.Equal(7, refused.ExitCode);
        Assert.Contains("-   \"text\": \"bad\"", refused.Error, StringComparison.Ordinal);
        Assert.Contains("+   \"text\": \"good\"", refused.Error, StringComparison.Ordinal);

        var edited = await RunAsync("dead", "edit", "calc", "--id", "letter-1", "--body", """{"text":"good"}""", "--yes");
        Assert.True(edited.ExitCode == 0, edited.ToString());
        Assert.Equal(1, (await RunAsync("dead", "show", "calc", "--id", "letter-1")).ExitCode);
    }

    [Fact]
    public async Task Purging_asks_and_without_a_terminal_refuses()
    {
        await RunAsync("send", "calc/Record", """{"text":"bad too"}""", "--message-id", "letter-2");
        await AppearAsync("letter-2");
        Assert.Equal(7, (await RunAsync("dead", "purge", "calc", "--id", "letter-2")).ExitCode);
        Assert.Equal(2, (await RunAsync("dead", "purge", "calc", "--yes")).ExitCode);
        var purged = await RunAsync("dead", "purge", "calc", "--id", "letter-2", "--yes", "--json");
        Assert.Equal("""{"service":"calc","purged":1}""", purged.Output);
    }

    [Fact]
    public async Task Services_and_queues_show_the_live_worker()
    {
        var services = await RunAsync("services", "--json");
        Assert.True(services.ExitCode == 0, services.ToString());
        Assert.Equal("calc", (string?)JsonNode.Parse(services.Output)!["instances"]![0]!["service"]);
        var queues = await RunAsync("queues", "calc");
        Assert.Contains("calc.dead", queues.Output, StringComparison.Ordinal);
        var watched = await RunAsync("watch", "--count", "1");
        Assert.Contains("calc instances=1", watched.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bench_measures_as_many_calls_as_it_is_told()
    {
        var bench = await RunAsync("bench", "calc/Add", """{"left":1,"right":1}""", "--callers", "4", "--count", "50", "--duration", "60s", "--warmup", "100ms", "--json");
        Assert.True(bench.ExitCode == 0, bench.ToString());
        Assert.Equal(50, (int?)JsonNode.Parse(bench.Output)!["outcomes"]!["OK"]);
    }

    [Fact]
    public async Task Topology_plans_what_is_missing_declares_it_and_names_a_clash()
    {
        string[] needs = ["--service", "fresh", "--commands", "--partitions", "2"];
        Assert.Equal(4, (await RunAsync(["topology", "plan", .. needs])).ExitCode);
        Assert.DoesNotContain("fresh", await calc.Broker.RabbitmqctlAsync("list_queues", "name"), StringComparison.Ordinal);
        var applied = await RunAsync(["topology", "apply", .. needs]);
        Assert.True(applied.ExitCode == 0, applied.ToString());
        Assert.Equal(0, (await RunAsync(["topology", "plan", .. needs])).ExitCode);

        var clash = await RunAsync(["topology", "plan", .. needs, "--expiry", "2m"]);
        Assert.Equal(5, clash.ExitCode);
        Assert.Contains("x-expires is 60000 there and 120000 here", clash.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contracts_are_read_from_an_assembly()
    {
        var planned = await RunAsync("topology", "plan", "--assembly", typeof(Calls.Contract.ICalc).Assembly.Location, "--json");
        var queues = JsonNode.Parse(planned.Output)!["queues"]!.AsArray();
        Assert.Contains(queues, static queue => string.Equals((string?)queue!["queue"], "calc", StringComparison.Ordinal) && string.Equals((string?)queue["state"], "as wanted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bench_at_a_rate_begins_no_more_than_what_is_due()
    {
        var bench = await RunAsync("bench", "calc/Add", """{"left":1,"right":1}""", "--rate", "20", "--duration", "1s", "--warmup", "100ms", "--json");
        Assert.True(bench.ExitCode == 0, bench.ToString());
        Assert.InRange((int)JsonNode.Parse(bench.Output)!["outcomes"]!["OK"]!, 1, 20);
    }

    [Fact]
    public async Task What_is_interrupted_ends_with_130_and_stops_the_handler()
    {
        await using var call = DotnetProcess.Start(
            CliProcess.Program, new Dictionary<string, string>(StringComparer.Ordinal) { ["MESSAGING_BROKER"] = calc.Broker.Uri.AbsoluteUri }, "call", "calc/Add", """{"left":-1,"right":0}""");
        await calc.Started.WaitAsync(Token);
        call.Signal("INT");

        await calc.Stopped.WaitAsync(Token);
        Assert.Equal(130, (await call.EndAsync(Token)).ExitCode);
    }

    [Fact]
    public async Task A_command_is_sent_and_one_that_does_not_exist_is_not()
    {
        var sent = await RunAsync("send", "calc/Record", """{"text":"fine"}""", "--message-id", "note-1");
        Assert.Equal("accepted calc/Record, message id note-1", sent.Output);

        var unknown = await RunAsync("send", "calc/Forget", "{}");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("Record", unknown.Error, StringComparison.Ordinal);
    }

    private async Task AppearAsync(string id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!(await RunAsync("dead", "list", "calc", "--json")).Output.Contains(id, StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
        }
    }
}
