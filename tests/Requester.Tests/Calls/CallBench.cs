using Messaging.Calls.Contract;
using Messaging.Overload;
using Messaging.Policies;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls;

/// <summary>What pending calls need around them, without a requester.</summary>
internal sealed class CallBench : IAsyncDisposable
{
    private static readonly Operation<Addends, Sum> _operation = new("calc", "Add", OperationKind.Call);

    private readonly ServiceProvider _services;
    private readonly CallPolicy _policy;
    private readonly Requester _requester;

    public CallBench(int maxPendingCalls = 10_000, TimeProvider? time = null)
    {
        Time = time ?? TimeProvider.System;
        var services = new ServiceCollection();
        services.AddSingleton(Time);
        services.AddMessaging().UseInMemory().AddRequester<ICalc>(options => options.MaxPendingCalls = maxPendingCalls);
        _services = services.BuildServiceProvider();
        _policy = _services.GetRequiredService<CallPolicies>().Get(_operation);
        _requester = _services.GetRequiredService<Requester>();
    }

    public TimeProvider Time { get; }

    public ServiceLoad Load => _policy.Service.Load;

    public PendingCalls Calls => _requester.Calls;

    public CallWindow Window => _policy.Service.Window;

    /// <summary>A call that is in the table, as every call is that has begun.</summary>
    public Call Begin(TimeSpan? timeout = null)
    {
        var call = new Call(this, timeout ?? TimeSpan.FromHours(1)) { SentAt = Time.GetTimestamp() };
        Calls.Add(call);
        return call;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    /// <summary>A call that is never sent.</summary>
    internal sealed class Call(CallBench bench, TimeSpan timeout)
        : PendingCall(bench._requester, bench._policy, new CallClock(Deadline.After(timeout, bench.Time), timeout, 0), extras: null)
    {
        private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _outcome = new();

        /// <summary>Completes when the window has let it in after it had waited; faulted if that happens twice.</summary>
        public Task GoesOn => _goesOn.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        public bool HasGoneOn => _goesOn.Task.IsCompleted;

        public override Task Completion => _outcome.Task;

        public override void Execute() => _goesOn.SetResult();

        public override void SendAgain() => throw new NotSupportedException();

        public override void OnSendFailed(TransportException exception) => Fail(exception);

        public override void OnReply(in InboundMessage reply) => End();

        /// <summary>Ends it as a reply would.</summary>
        public bool End() => TryEnd();

        public override void Complete() => _outcome.TrySetResult();

        /// <summary>How it failed; null where it did not.</summary>
        public RpcException? Failure { get; private set; }

        protected override void SetFailure(Exception exception) => Failure = (RpcException)exception;
    }
}
