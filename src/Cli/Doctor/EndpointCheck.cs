using System.Globalization;
using System.Net.Sockets;

namespace Messaging.Cli.Doctor;

/// <summary>Looks below AMQP's client: does the host exist, is the port open, does something there speak AMQP?</summary>
internal static class EndpointCheck
{
    private const byte MethodFrame = 1;
    private static readonly byte[] _greeting = [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', 0, 0, 9, 1];

    public static async Task<Finding> RunAsync(string host, int port, bool tls, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
            return tls ? Good(name, "the port is open") : await GreetAsync(client, name, limit.Token).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => Fault(name, "no host of this name is known", "Check the host's name in the broker's address, and the name server."),
                SocketError.ConnectionRefused => Fault(name, "the port is closed", "Start RabbitMQ (systemctl start rabbitmq-server), or check the port: 5672, with TLS 5671."),
                _ => Fault(name, exception.Message, "Check the network and firewalls between here and the broker."),
            };
        }
        catch (IOException exception)
        {
            return Fault(name, $"the connection broke: {exception.Message}", "Check whether a TLS port was addressed without TLS (amqps://), or a proxy is in between.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Fault(name, $"no answer in {timeout.TotalSeconds:0.#} s", "Check firewalls, and whether the broker is overloaded, or expects TLS (amqps://).");
        }
    }

    private static async Task<Finding> GreetAsync(TcpClient client, string name, CancellationToken cancellationToken)
    {
        var stream = client.GetStream();
        await stream.WriteAsync(_greeting, cancellationToken).ConfigureAwait(false);
        var answer = new byte[8];
        var read = await stream.ReadAtLeastAsync(answer, 1, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return answer[0] switch
        {
            MethodFrame when read > 0 => Good(name, "AMQP 0-9-1"),
            (byte)'A' when read > 0 => Fault(name, "another version of AMQP than 0-9-1 is spoken there", "Address a RabbitMQ with AMQP 0-9-1."),
            _ => Fault(name, "what answers there does not speak AMQP", "Check the port: 5672 is AMQP, 5671 AMQP with TLS (amqps://), 15672 the management page."),
        };
    }

    private static Finding Good(string name, string message) => new("endpoint", FindingState.Good, $"{name}: {message}");

    // A node of several may be down: whether one can be used, the login says.
    private static Finding Fault(string name, string message, string remedy) =>
        new("endpoint", FindingState.Fault, $"{name}: {message}", remedy) { IsAboutConnecting = true };
}
