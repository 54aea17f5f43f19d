using System.Globalization;
using Messaging.RoundTrip.Measuring;
using Messaging.RoundTrip.Processes;
using Messaging.RoundTrip.Reports;
using Messaging.RoundTrip.Systems;

namespace Messaging.RoundTrip;

/// <summary>Measures every system with every number of callers, round by round.</summary>
/// <param name="options">What to measure.</param>
/// <param name="notes">Where the header and the progress go: standard error, since standard output is the report's.</param>
internal sealed class Run(RunOptions options, TextWriter notes)
{
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(30);

    /// <summary>Runs it all.</summary>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task<IReadOnlyList<ReportLine>> ExecuteAsync(CancellationToken cancellationToken)
    {
        await using var broker = await MeasuredBroker.StartAsync(options, cancellationToken);
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
                    var measurement = await MeasureAsync(system, one, broker, cancellationToken);
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

    private async Task<Measurement> MeasureAsync(string name, Case one, MeasuredBroker broker, CancellationToken cancellationToken)
    {
        var setup = new SystemSetup { Broker = broker.Uri, Queue = options.Queue, PayloadBytes = one.PayloadBytes, Handler = one.Handler, Concurrency = options.Concurrency };
        await using var system = SystemCatalog.Create(name);
        await using var worker = await StartAsync(name, system, setup, cancellationToken);
        int?[] others = [broker.ProcessId, worker?.Id];
        var cpu = new CpuClock([.. others.OfType<int>()]);
        return await new CallLoad(system, one, cpu).RunAsync(name, options.WarmUp, options.Measured, cancellationToken);
    }

    /// <returns>The worker's process, when it has one of its own.</returns>
    private async Task<WorkerProcess?> StartAsync(string name, IRoundTripSystem system, SystemSetup setup, CancellationToken cancellationToken)
    {
        WorkerProcess? worker = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_startLimit);
        try
        {
            if (options.Split)
            {
                worker = await WorkerProcess.StartAsync(name, setup, limit.Token);
            }
            else
            {
                await system.StartWorkerAsync(setup, new HandlerWork(setup.Handler), limit.Token);
            }

            await system.StartRequesterAsync(setup, limit.Token);

            // One call alone first: what is broken says so here, and what is built at first use is built by one caller.
            await system.CallAsync().WaitAsync(limit.Token);
            return worker;
        }
        catch (Exception failure)
        {
            if (worker is not null)
            {
                await worker.DisposeAsync();
            }

            if (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"{name} did not answer a first call within {_startLimit.TotalSeconds:0} s. The broker's log tells why; queues that an older run left behind differently are one reason.",
                    failure);
            }

            throw;
        }
    }

    private void WriteHeader(MeasuredBroker broker)
    {
        var processes = options.Split ? "requester and worker in two processes" : "requester and worker in one process";
        var queue = options.Queue == QueueKind.Quorum ? "quorum queue, persistent requests with confirms" : "classic queue";
        var cpu = broker.ProcessId is { } id
            ? $"requester, worker and broker (process {id.ToString(CultureInfo.InvariantCulture)})"
            : "requester and worker only (the broker's process is unknown: --broker-pid names it)";
        notes.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{broker.Product}, .NET {Environment.Version}, {Environment.ProcessorCount} processors; {queue}, {options.Concurrency} at a time, {processes}"));
        notes.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.WarmUp.TotalSeconds:0.#} s warm-up, {options.Measured.TotalSeconds:0.#} s measured, {options.Rounds} rounds; CPU is of {cpu}"));
    }
}
