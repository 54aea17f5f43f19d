using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using Messaging.Deadlines;

namespace Messaging.Micro;

/// <summary>The deadline of a call that ends in time: put on the wheel and taken off.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The cleanup disposes it.")]
public class DeadlineWheelBenchmarks
{
    private readonly Entry _entry = new();
    private DeadlineWheel _wheel = null!;
    private TimeSpan _timeout;

    /// <summary>Other calls that wait meanwhile.</summary>
    [Params(0, 10_000)]
    public int Waiting { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _wheel = new DeadlineWheel(TimeProvider.System);
        _timeout = TimeSpan.FromSeconds(30);
        for (var i = 0; i < Waiting; i++)
        {
            _wheel.Add(new Entry(), Deadline.After(TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(i), TimeProvider.System));
        }
    }

    [GlobalCleanup]
    public void Cleanup() => _wheel.Dispose();

    [Benchmark]
    public void AddAndRemove()
    {
        _wheel.Add(_entry, Deadline.After(_timeout, TimeProvider.System));
        _wheel.Remove(_entry);
    }

    private sealed class Entry : DeadlineEntry
    {
        internal override void OnDeadline()
        {
        }
    }
}
