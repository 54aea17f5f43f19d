namespace Messaging;

/// <summary>Runs middleware around a handler.</summary>
internal static class WorkerMiddlewares
{
    public static async Task RunAsync(
        IReadOnlyList<Func<IServiceProvider, IWorkerMiddleware>> all, WorkerCallContext context, WorkerDelegate handler)
    {
        var next = handler;
        for (var i = all.Count - 1; i >= 0; i--)
        {
            var middleware = all[i](context.Services);
            var inner = next;
            next = outer => middleware.InvokeAsync(outer, inner);
        }

        await next(context).ConfigureAwait(false);
    }
}
