using System.Collections.Concurrent;
using Messaging.Calls.Contract;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Middleware;

public sealed class WorkerMiddlewareTests
{
    [Fact]
    public async Task The_first_added_is_the_outermost()
    {
        var trace = new Trace();
        await using var application = await InMemoryApplication.StartAsync(
            new CalcScript { Add = (request, _) => { trace.Steps.Enqueue("handler"); return Task.FromResult(new Sum(request.Left)); } },
            options => options.Use<Outer>().Use<Inner>(),
            services => services.AddSingleton(trace));

        await application.Calc.AddAsync(new Addends(1, 1), TestContext.Current.CancellationToken);

        Assert.Equal(["outer in", "inner in", "handler", "inner out", "outer out"], trace.Steps);
    }

    [Fact]
    public async Task It_may_change_the_request_and_the_reply()
    {
        await using var application = await InMemoryApplication.StartAsync(configure: options => options.Use<Doubling>());

        var sum = await application.Calc.AddAsync(new Addends(1, 2), TestContext.Current.CancellationToken);

        Assert.Equal((2 + 2) * 10, sum.Value);
    }

    [Fact]
    public async Task It_may_answer_instead_of_the_handler()
    {
        await using var application = await InMemoryApplication.StartAsync(
            new CalcScript { Add = (_, _) => throw new InvalidOperationException("must not run") }, options => options.Use<Answering>());

        Assert.Equal(99, (await application.Calc.AddAsync(new Addends(1, 2), TestContext.Current.CancellationToken)).Value);
    }

    [Fact]
    public async Task What_it_throws_is_the_calls_outcome()
    {
        await using var application = await InMemoryApplication.StartAsync(configure: options => options.Use<Refusing>());

        var failure = await Assert.ThrowsAsync<RpcException>(() => application.Calc.AddAsync(new Addends(1, 2), TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.PermissionDenied, failure.Status);
    }

    [Fact]
    public async Task Each_call_has_a_scope_of_its_own_that_ends_with_it()
    {
        var scopes = new ConcurrentBag<Scoped>();
        await using var application = await InMemoryApplication.StartAsync(
            configure: options => options.Use<Scoping>(),
            services: services => services.AddSingleton(scopes).AddScoped<Scoped>());

        await application.Calc.AddAsync(new Addends(1, 2), TestContext.Current.CancellationToken);
        await application.Calc.AddAsync(new Addends(1, 2), TestContext.Current.CancellationToken);

        Assert.Equal(2, scopes.Distinct().Count());
        Assert.All(scopes, scope => Assert.True(scope.IsDisposed));
    }

    private sealed class Trace
    {
        public ConcurrentQueue<string> Steps { get; } = new();
    }

    private sealed class Outer(Trace trace) : Tracing(trace, "outer");

    private sealed class Inner(Trace trace) : Tracing(trace, "inner");

    private abstract class Tracing(Trace trace, string name) : IWorkerMiddleware
    {
        public async ValueTask InvokeAsync(WorkerCallContext context, WorkerDelegate next)
        {
            trace.Steps.Enqueue($"{name} in");
            await next(context);
            trace.Steps.Enqueue($"{name} out");
        }
    }

    private sealed class Doubling : IWorkerMiddleware
    {
        public async ValueTask InvokeAsync(WorkerCallContext context, WorkerDelegate next)
        {
            context.Request = new Addends(2, 2);
            await next(context);
            context.Reply = new Sum(((Sum)context.Reply!).Value * 10);
        }
    }

    private sealed class Answering : IWorkerMiddleware
    {
        public ValueTask InvokeAsync(WorkerCallContext context, WorkerDelegate next)
        {
            context.Reply = new Sum(99);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Refusing : IWorkerMiddleware
    {
        public ValueTask InvokeAsync(WorkerCallContext context, WorkerDelegate next) =>
            throw new RpcException(StatusCode.PermissionDenied, $"not {context.Call.Operation.Name}");
    }

    private sealed class Scoping(Scoped scoped, ConcurrentBag<Scoped> scopes) : IWorkerMiddleware
    {
        public ValueTask InvokeAsync(WorkerCallContext context, WorkerDelegate next)
        {
            scopes.Add(scoped);
            return next(context);
        }
    }

    private sealed class Scoped : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
