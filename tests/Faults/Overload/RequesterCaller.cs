namespace Messaging.Faults.Overload;

/// <summary>Calls as an application does that has a requester.</summary>
internal sealed class RequesterCaller(ILoaded service, TimeSpan deadline) : ICaller
{
    private readonly ILoaded _service = service.With(new CallOptions { Timeout = deadline });
    private readonly Work _work = new(1);

    public async ValueTask<CallEnd> CallAsync()
    {
        var call = _service.WorkAsync(_work);
        await ((Task)call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return CallOutcome.Of(call);
    }
}
