using System.Net;
using System.Net.Sockets;
using Messaging.Testing;

namespace Messaging.Samples.Tests;

public sealed class OrdersOnRabbitMqTests : IAsyncLifetime
{
    private PrivateBroker _broker = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Broker => _broker.Uri.OriginalString;

    public async ValueTask InitializeAsync() => _broker = await PrivateBroker.StartNewAsync(Ct);

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact(Timeout = 120_000)]
    public async Task The_tour_behaves_on_RabbitMQ_where_the_doomed_worker_is_a_killed_process()
    {
        var (exitCode, output) = await SampleProcess.RunOrdersAsync(Ct, "--once", "--broker", Broker);

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.DoesNotContain("✗", output, StringComparison.Ordinal);
        Assert.Contains("was killed (-9)", output, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_tour_behaves_although_the_broker_boots_only_when_it_has_begun()
    {
        await _broker.KillAsync();
        await using var tour = SampleProcess.StartOrders("--once", "--broker", Broker);
        await tour.LineWithAsync("a tour", Ct);
        await _broker.StartAsync(Ct);

        var (exitCode, output) = await tour.EndAsync(Ct);

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.Contains("All 10 steps behaved", output, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_web_app_and_a_worker_run_as_separate_processes()
    {
        await using var worker = SampleProcess.StartOrders("--role", "worker", "--name", "ann", "--broker", Broker);
        await using var web = SampleProcess.StartOrders("--role", "web", "--urls", "http://127.0.0.1:0", "--broker", Broker);
        await worker.LineWithAsync("joined", Ct);
        var listening = await web.LineWithAsync("listening", Ct);
        using var http = new HttpClient { BaseAddress = new Uri(listening[listening.IndexOf("http://", StringComparison.Ordinal)..]) };

        var quote = await http.GetStringAsync(new Uri("/quotes/tea?quantity=3", UriKind.Relative), Ct);
        using var soldOut = await http.GetAsync(new Uri("/quotes/unicorn", UriKind.Relative), Ct);
        using var shipped = await http.PostAsync(new Uri("/orders/1001/ship", UriKind.Relative), content: null, Ct);

        Assert.Contains("\"servedBy\":\"ann\"", quote, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, soldOut.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, shipped.StatusCode);
        Assert.Contains("1001", await worker.LineWithAsync("ran", Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_worker_and_the_web_app_say_whether_they_are_ready_and_alive()
    {
        var health = new Uri($"http://127.0.0.1:{FreePort()}");
        await using var worker = SampleProcess.StartOrders(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["Orders__Health"] = health.OriginalString }, "--role", "worker", "--broker", Broker);
        await using var web = SampleProcess.StartOrders("--role", "web", "--urls", "http://127.0.0.1:0", "--broker", Broker);
        await worker.LineWithAsync("joined", Ct);
        var listening = await web.LineWithAsync("listening", Ct);
        using var http = new HttpClient();
        Uri[] hosts = [health, new Uri(listening[listening.IndexOf("http://", StringComparison.Ordinal)..])];

        await Task.WhenAll(hosts.Select(host => UntilAsync(http, new Uri(host, "/healthz/ready"), HttpStatusCode.OK)));
        await _broker.KillAsync();
        await Task.WhenAll(hosts.Select(host => UntilAsync(http, new Uri(host, "/healthz/ready"), HttpStatusCode.ServiceUnavailable)));
        await Task.WhenAll(hosts.Select(host => UntilAsync(http, new Uri(host, "/healthz/live"), HttpStatusCode.OK)));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task UntilAsync(HttpClient http, Uri address, HttpStatusCode expected)
    {
        while (true)
        {
            using var response = await http.GetAsync(address, Ct);
            if (response.StatusCode == expected)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), Ct);
        }
    }
}
