using System.Collections.Concurrent;
using Messaging.Calls.Contract;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Hosting;

/// <summary>In production nothing validates scopes: what is each call's own must be so all the same.</summary>
public sealed class ScopeNeedTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_keyed_scoped_dependency_is_each_calls_own() =>
        EachCallHasItsOwnAsync<Keyed>(static services => services.AddSingleton<Probe>().AddKeyedScoped<Probe>("key"));

    [Fact]
    public Task A_keyed_transient_dependency_is_each_calls_own() =>
        EachCallHasItsOwnAsync<Keyed>(static services => services.AddSingleton<Probe>().AddKeyedTransient<Probe>("key"));

    [Fact]
    public Task An_attribute_that_nobody_knows_means_a_scope() =>
        EachCallHasItsOwnAsync<Marked>(static services => services.AddSingleton<Probe>().AddScoped<Probe>());

    [Fact]
    public Task A_scoped_dependency_in_a_collection_is_each_calls_own() =>
        EachCallHasItsOwnAsync<Many>(static services => services.AddScoped<Probe>());

    [Fact]
    public Task The_provider_is_each_calls_own() =>
        EachCallHasItsOwnAsync<ByProvider>(static services => services.AddScoped<Probe>());

    [Fact]
    public Task A_lazy_scoped_dependency_is_each_calls_own() =>
        EachCallHasItsOwnAsync<ByLazy>(static services => services.AddScoped<Probe>().AddScoped(static provider => new Lazy<Probe>(provider.GetRequiredService<Probe>)));

    [Fact]
    public Task A_scoped_dependency_behind_a_function_is_each_calls_own() =>
        EachCallHasItsOwnAsync<ByFunction>(static services => services.AddScoped<Probe>().AddScoped<Func<Probe>>(static provider => provider.GetRequiredService<Probe>));

    [Fact]
    public Task An_optional_scoped_dependency_is_each_calls_own() =>
        EachCallHasItsOwnAsync<Optional>(static services => services.AddScoped<Probe>());

    [Fact]
    public Task A_scoped_dependency_of_an_open_generic_is_each_calls_own() =>
        EachCallHasItsOwnAsync<Generic>(static services => services.AddScoped(typeof(Box<>)));

    [Fact]
    public Task A_singleton_that_a_scoped_registration_replaced_is_each_calls_own() =>
        EachCallHasItsOwnAsync<Plain>(static services => services.AddSingleton<Probe>().AddScoped<Probe>());

    [Fact]
    public Task A_scoped_dependency_from_a_factory_is_each_calls_own() =>
        EachCallHasItsOwnAsync<Plain>(static services => services.AddScoped(static _ => new Probe()));

    [Fact]
    public Task An_implementation_that_a_factory_makes_has_a_scope() =>
        EachCallHasItsOwnAsync<Plain>(static services => services.AddScoped<Probe>().AddScoped(static provider => new Plain(provider.GetRequiredService<Probe>(), provider.GetRequiredService<Seen>())));

    [Fact]
    public Task Of_several_constructors_the_one_that_the_container_takes_has_a_scope() =>
        EachCallHasItsOwnAsync<TwoConstructors>(static services => services.AddScoped<Probe>());

    [Fact]
    public Task An_implementation_that_inherits_its_dependency_has_a_scope() =>
        EachCallHasItsOwnAsync<Inherited>(static services => services.AddScoped<Probe>());

    [Fact]
    public async Task A_transient_that_is_disposable_is_disposed_with_its_call()
    {
        var seen = await RunTwiceAsync<Disposes>(static services => services.AddTransient<DisposableProbe>());

        Assert.All(seen, static probe => Assert.True(((DisposableProbe)probe).IsDisposed));
        Assert.Equal(2, seen.Distinct().Count());
    }

    [Fact]
    public async Task Singletons_alone_are_shared_and_need_no_scope()
    {
        var seen = await RunTwiceAsync<Plain>(static services => services.AddSingleton<Probe>());

        Assert.Single(seen.Distinct());
    }

    private static async Task EachCallHasItsOwnAsync<TImplementation>(Action<IServiceCollection> register)
        where TImplementation : class, IShipping =>
        Assert.Equal(2, (await RunTwiceAsync<TImplementation>(register)).Distinct().Count());

    private static async Task<IReadOnlyCollection<object>> RunTwiceAsync<TImplementation>(Action<IServiceCollection> register)
        where TImplementation : class, IShipping
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Production });
        var seen = new Seen();
        application.Services.AddSingleton(seen);
        register(application.Services);
        application.Services.AddMessaging().UseInMemory().AddWorker<IShipping, TImplementation>().AddRequester<IShipping>();
        using (var host = application.Build())
        {
            await host.StartAsync(Token);
            var shipping = host.Services.GetRequiredService<IShipping>();
            await shipping.BookAsync(new Parcel("a", 1), Token);
            await shipping.BookAsync(new Parcel("b", 2), Token);
            await seen.Twice.Task.WaitAsync(_patience, Token);
            await host.StopAsync(Token);
        }

        return seen.Probes;
    }

    public class Probe;

    public sealed class DisposableProbe : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    public sealed class Box<T>
    {
        public T? Value { get; set; }
    }

    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class FromSomewhereAttribute : Attribute;

    public sealed class Seen
    {
        public ConcurrentBag<object> Probes { get; } = [];

        public TaskCompletionSource Twice { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Add(object probe)
        {
            Probes.Add(probe);
            if (Probes.Count == 2)
            {
                // Both may see both.
                Twice.TrySetResult();
            }
        }
    }

    public abstract class Shipping(Func<object> probe, Seen seen) : IShipping
    {
        public Task BookAsync(Parcel command, CancellationToken cancellationToken)
        {
            seen.Add(probe());
            return Task.CompletedTask;
        }

        public Task RushAsync(Parcel command, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task MoveAsync(Parcel command, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    public sealed class Plain(Probe probe, Seen seen) : Shipping(() => probe, seen);

    public sealed class Keyed([FromKeyedServices("key")] Probe probe, Seen seen) : Shipping(() => probe, seen);

    public sealed class Marked([FromSomewhere] Probe probe, Seen seen) : Shipping(() => probe, seen);

    public sealed class Many(IEnumerable<Probe> probes, Seen seen) : Shipping(probes.Single, seen);

    public sealed class ByProvider(IServiceProvider provider, Seen seen) : Shipping(provider.GetRequiredService<Probe>, seen);

    public sealed class ByLazy(Lazy<Probe> probe, Seen seen) : Shipping(() => probe.Value, seen);

    public sealed class ByFunction(Func<Probe> probe, Seen seen) : Shipping(probe, seen);

    public sealed class Optional(Seen seen, Probe? probe = null) : Shipping(() => probe!, seen);

    public sealed class Generic(Box<string> box, Seen seen) : Shipping(() => box, seen);

    public sealed class Disposes(DisposableProbe probe, Seen seen) : Shipping(() => probe, seen);

    public sealed class TwoConstructors : Shipping
    {
        public TwoConstructors(Seen seen)
            : base(static () => "none", seen)
        {
        }

        [ActivatorUtilitiesConstructor]
        public TwoConstructors(Probe probe, Seen seen)
            : base(() => probe, seen)
        {
        }
    }

    public abstract class Base(Probe probe, Seen seen) : Shipping(() => probe, seen);

    public sealed class Inherited(Probe probe, Seen seen) : Base(probe, seen);
}
