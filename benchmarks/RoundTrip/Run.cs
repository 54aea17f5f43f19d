using System.Globalization;
using Messaging.RoundTrip.Measuring;
using Messaging.RoundTrip.Parties;
using Messaging.RoundTrip.Processes;
using Messaging.RoundTrip.Reports;
using Messaging.RoundTrip.Systems;

namespace Messaging.RoundTrip;

/// <summary>Measures every system with every case, round by round.</summary>
/// <param name="options">What to measure.</param>
/// <param name="notes">Where the header and the progress go: standard error, since standard output is the report's.</param>
internal sealed class Run(RunOptions options, TextWriter notes)
{
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs it all.</summary>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task<IReadOnlyList<ReportLine>> ExecuteAsync(CancellationToken cancellationToken)
    {
        await using var broker = await MeasuredBroker.StartAsync(options, cancellationToken);
        await using var processes = options.Split ? new ChildProcesses() : null;
        WriteHeader(broker);
        var rounds = new List<IReadOnlyList<Measurement>>();
        for (var round = 0; round < options.Rounds; round++)
        {
            var measurements = new List<Measurement>();
            foreach (var one in options.Cases)
            {
                // Going first, when the process is cold, and following a certain other system fall on each in turn.
                var first = round % options.Systems.Count;
                var order = options.Systems.Skip(first).Concat(options.Systems.Take(first));
                foreach (var system in order)
                {
                    var measurement = await MeasureAsync(system, one, broker, processes, cancellationToken);
                    measurements.Add(measurement);
                    notes.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"round {round + 1}/{options.Rounds}  {one}  {system,-24} {measurement.CallsPerSecond,9:N0} calls/s  p50 {measurement.P50Us,7:N0} us  p99 {measurement.P99Us,7:N0} us  {measurement.CpuUsPerCall,6:N1} us CPU/call"));
                }
            }

            rounds.Add(measurements);
        }

        return Report.Lines(rounds);
    }

    private async Task<Measurement> MeasureAsync(string system, Case one, MeasuredBroker broker, ChildProcesses? processes, CancellationToken cancellationToken)
    {
        var setup = options.SetupOf(system, one, broker.Uri);
        await using var cast = await StartAsync(setup, one, broker, processes, cancellationToken);
        var (results, brokerCpu) = await cast.MeasureAsync(options.WarmUp, options.Measured, cancellationToken);
        return Measurement.From(system, one, results, brokerCpu);
    }

    private async Task<Cast> StartAsync(PartySetup setup, Case one, MeasuredBroker broker, ChildProcesses? processes, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_startLimit);
        try
        {
            return await Cast.StartAsync(setup, one, processes, broker.ProcessId, limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"{setup.System} did not answer a first call within {_startLimit.TotalSeconds:0} s. The broker's log tells why; queues that an older run left behind differently are one reason.",
                late);
        }
    }

    private void WriteHeader(MeasuredBroker broker)
    {
        var queue = options.Queue == QueueKind.Quorum ? "quorum queue, persistent requests with confirms" : "classic queue";
        var processes = options.Split ? "a process for each requester and worker" : "requesters and workers in one process";
        var cpu = broker.ProcessId is { } id
            ? $"requesters, workers and broker (process {id.ToString(CultureInfo.InvariantCulture)})"
            : "requesters and workers only (the broker's process is unknown: --broker-pid names it)";
        notes.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{broker.Product}, .NET {Environment.Version}, {Environment.ProcessorCount} processors; {queue}, {options.Concurrency} calls at a time in a worker, {processes}"));
        notes.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.WarmUp.TotalSeconds:0.#} s warm-up, {options.Measured.TotalSeconds:0.#} s measured, {options.Rounds} rounds; CPU is of {cpu}"));
    }
}
