using System.Globalization;
using System.Runtime.CompilerServices;
using Messaging.Cli.Calling;
using Messaging.Cli.Hosting;
using Messaging.Cli.Topology;
using Messaging.RabbitMq;
using Messaging.Transport;

namespace Messaging.Cli.Doctor;

/// <summary>The checks in their order. Each needs those before.</summary>
internal static class Examination
{
    private static readonly TimeSpan _answerLimit = TimeSpan.FromSeconds(5);
    private static readonly Version _oldest = new(3, 10);

    public static async IAsyncEnumerable<Finding> RunAsync(
        CommandSession session, string[] services, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = session.BrokerOptions;
        var addresses = new BrokerAddresses(options);
        foreach (var (host, port) in addresses.Shuffled())
        {
            yield return await EndpointCheck.RunAsync(host, port, addresses.UsesTls, options.ConnectTimeout, cancellationToken).ConfigureAwait(false);
        }

        var (connection, refused) = await OpenAsync(session, cancellationToken).ConfigureAwait(false);
        if (refused is not null)
        {
            yield return refused;
            yield break;
        }

        await using (connection!.ConfigureAwait(false))
        {
            yield return new Finding("login", FindingState.Good, $"user '{addresses.UserName}' in the virtual host '{addresses.VirtualHost}'");
            foreach (var finding in Judge(connection!.Facts))
            {
                yield return finding;
            }

            var probe = new BrokerProbe(connection);
            await probe.OpenAsync(cancellationToken).ConfigureAwait(false);
            var refusal = await probe.TryRightsAsync(_answerLimit, cancellationToken).ConfigureAwait(false);
            foreach (var finding in Judge(refusal, addresses))
            {
                yield return finding;
            }

            if (refusal is not null)
            {
                // What follows needs what was refused.
                yield break;
            }

            yield return await ClockCheck.RunAsync(probe, time, _answerLimit, cancellationToken).ConfigureAwait(false);
            yield return DelayCheck.Judge(await probe.AreDelaysSoonAsync(time, cancellationToken).ConfigureAwait(false));
        }

        foreach (var service in services)
        {
            yield return await CheckQueuesAsync(session, Target.CheckService(service), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What the broker says of itself.</summary>
    public static IEnumerable<Finding> Judge(BrokerFacts facts)
    {
        var version = System.Version.TryParse(facts.Version?.Split('-', '+')[0], out var parsed) ? parsed : null;
        var name = $"{facts.Product ?? "an unknown broker"} {facts.Version ?? "of an unknown version"}{(facts.Cluster is null ? string.Empty : $", cluster {facts.Cluster}")}";
        yield return facts.Product is not "RabbitMQ" || version is null
            ? new Finding("version", FindingState.Warning, name, "Only RabbitMQ 3.10 and later is tested.")
            : version < _oldest
                ? new Finding("version", FindingState.Fault, name, "Update RabbitMQ to 3.10 or later: older quorum queues have no message TTL and no safe dead-lettering, which delays need.")
                : new Finding("version", FindingState.Good, name + (version.Major < 4 ? "; series 3 keeps the largest message at 128 MiB by default" : "; the largest message is 16 MiB by default"));
        yield return facts.Heartbeat > TimeSpan.Zero
            ? new Finding("heartbeat", FindingState.Good, string.Create(CultureInfo.InvariantCulture, $"every {facts.Heartbeat.TotalSeconds:0} s"))
            : new Finding("heartbeat", FindingState.Fault, "none was agreed upon", "Remove heartbeat = 0 from rabbitmq.conf: without heartbeats a dead connection goes unnoticed.");
        yield return facts.FrameMax is 0 or >= 131072
            ? new Finding("frame-max", FindingState.Good, facts.FrameMax == 0 ? "no limit" : string.Create(CultureInfo.InvariantCulture, $"{facts.FrameMax:N0} bytes"))
            : new Finding("frame-max", FindingState.Warning, string.Create(CultureInfo.InvariantCulture, $"{facts.FrameMax:N0} bytes"), "Set frame_max = 131072 in rabbitmq.conf: batches are made to fit frames of 128 KiB, and headers have to fit into one.");
    }

    private static async Task<(BrokerConnection?, Finding?)> OpenAsync(CommandSession session, CancellationToken cancellationToken)
    {
        try
        {
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            return (await session.Opener.OpenAsync("doctor", cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception e) when ((e.InnerException ?? e) is TransportException || e is TransportException)
        {
            var problem = e as TransportException ?? (TransportException)e.InnerException!;
            return (null, new Finding("login", FindingState.Fault, problem.Message) { IsAboutConnecting = true });
        }
    }

    private static IEnumerable<Finding> Judge(ProbeRefusal? refusal, BrokerAddresses addresses)
    {
        if (refusal is { Kind: RefusalKind.Alarm })
        {
            yield return new Finding(
                "alarm",
                FindingState.Fault,
                "the broker has stopped reading what is published: it is short of memory or disk",
                "'rabbitmqctl status' names the alarm. Free memory or disk, or raise vm_memory_high_watermark or lower disk_free_limit; publishing goes on by itself.");
        }
        else if (refusal is { Kind: RefusalKind.NoAnswer })
        {
            yield return new Finding(
                "answer",
                FindingState.Fault,
                $"{refusal.Stage}: {refusal.Reason}",
                "The broker is overloaded, or a queue has no majority of its nodes. Look at 'rabbitmqctl status' and its log.");
        }
        else if (refusal is not null)
        {
            yield return new Finding(
                "permissions",
                FindingState.Fault,
                $"{refusal.Stage}: {refusal.Reason}",
                $"rabbitmqctl set_permissions -p {addresses.VirtualHost} {addresses.UserName} '.*' '.*' '.*' grants all; the wire protocol's document lists what is needed.");
        }
        else
        {
            yield return new Finding("permissions", FindingState.Good, "configure, write and read of a queue of one's own");
            yield return new Finding("alarm", FindingState.Good, "the broker takes what is published");
        }
    }

    private static async Task<Finding> CheckQueuesAsync(CommandSession session, string service, CancellationToken cancellationToken)
    {
        var check = $"queues of {service}";
        IReadOnlyList<QueueState> queues;
        try
        {
            queues = await session.Queues.ListAsync(service, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException exception) when (exception.Status == StatusCode.PermissionDenied)
        {
            return new Finding(check, FindingState.Fault, exception.Detail);
        }

        if (queues.Count == 0)
        {
            return new Finding(check, FindingState.Warning, "none is there", "Start a worker, or 'messaging topology apply'.");
        }

        // Compared with what workers declare by default; what is there says which kinds of queues the service has.
        var wanted = new WorkerSubscription
        {
            Service = service,
            Calls = queues.Any(static queue => queue.Purpose == QueuePurpose.Calls),
            Commands = queues.Any(static queue => queue.Purpose == QueuePurpose.Commands),
            HighCommands = queues.Any(static queue => queue.Purpose == QueuePurpose.UrgentCommands),
            CommandPartitions = queues.Count(static queue => queue.Purpose == QueuePurpose.OrderedCommands),
            CallPrefetch = 1,
            CommandPrefetch = 1,
            CallQueueExpiry = TimeSpan.FromMinutes(1),
            CommandDeliveryLimit = 5,
        };
        try
        {
            var findings = await TopologyCommand.FindAsync(session, [wanted], apply: false, cancellationToken).ConfigureAwait(false);
            return Judge(check, findings);
        }
        catch (TransportException exception)
        {
            return new Finding(check, FindingState.Fault, exception.Message);
        }
    }

    private static Finding Judge(string check, List<QueueFinding> findings)
    {
        if (findings.Find(static one => one.Clash is not null) is { Clash: { } clash })
        {
            return new Finding(check, FindingState.Fault, clash);
        }

        var old = findings.FindAll(static one => one.Match == QueueMatch.Old);
        return old.Count == 0
            ? new Finding(check, FindingState.Good, string.Create(CultureInfo.InvariantCulture, $"{findings.Count} with the default arguments"))
            : new Finding(
                check,
                FindingState.Warning,
                $"declared by an earlier version, so the broker may lose what it dead-letters from them, or drop what is too much for them: {string.Join(", ", old.Select(static one => one.Need.Queue))}",
                $"Give them by policy what they lack, unless a policy does so already: {string.Join("; ", old.Select(static one => one.Command))}");
    }
}
