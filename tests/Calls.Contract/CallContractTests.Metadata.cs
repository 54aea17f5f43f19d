using Messaging.Descriptions;
using Messaging.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reply_brings_its_handler_s_headers_and_trailers_whether_it_failed_or_not(bool fails)
    {
        await StartWorkerAsync(new CalcScript { Add = (_, _) => AddWithMetadataAsync(fails) });
        var calc = await StartRequesterAsync();
        var response = new ResponseMetadata();

        var call = calc.With(new CallOptions { Response = response }).CheckAsync(new Addends(1, 2), Token);
        if (fails)
        {
            await Assert.ThrowsAsync<TooBig>(() => SoonAsync(call));
        }
        else
        {
            await SoonAsync(call);
        }

        Assert.Equal(("origin", "shop-7"), Single(await SoonAsync(response.Headers)));
        Assert.Equal(("origin", "left"), Single(response.Trailers));
    }

    [Fact]
    public async Task Replies_that_share_messages_bring_each_its_own_headers()
    {
        await StartWorkerAsync(new CalcScript
        {
            Add = async (request, _) =>
            {
                await Task.Yield();
                CallContext.Current!.ResponseHeaders["number"] = $"{request.Left}";
                return new Sum(request.Left);
            },
        });
        var calc = await StartRequesterAsync();

        for (var round = 0; round < 4; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
            {
                var response = new ResponseMetadata();
                await SoonAsync(calc.With(new CallOptions { Response = response }).AddAsync(new Addends(number, 0), Token));
                Assert.Equal($"{number}", (await SoonAsync(response.Headers))["number"]);
            }));
        }
    }

    [Fact]
    public async Task Of_several_attempts_the_last_one_s_headers_count()
    {
        var attempts = 0;
        await StartWorkerAsync(new CalcScript
        {
            Add = (_, _) =>
            {
                var attempt = Interlocked.Increment(ref attempts);
                CallContext.Current!.ResponseHeaders["try"] = $"{attempt}";
                return attempt == 1 ? throw new RpcException(StatusCode.Unavailable, "Not yet.") : Task.FromResult(new Sum(attempt));
            },
        });
        var calc = await StartRequesterAsync(static options => options.Retry.MaxAttempts = 2);
        var response = new ResponseMetadata();

        await SoonAsync(calc.With(new CallOptions { Response = response }).AddAgainAsync(new Addends(0, 0), Token));

        Assert.Equal("2", (await SoonAsync(response.Headers))["try"]);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("trailer-origin")]
    public async Task A_handler_can_t_set_the_system_s_headers(string name)
    {
        await StartWorkerAsync(new CalcScript
        {
            Add = (_, _) =>
            {
                CallContext.Current!.ResponseHeaders[name] = "0";
                return Task.FromResult(new Sum(1));
            },
        });
        var calc = await StartRequesterAsync();

        Assert.Equal(StatusCode.Unknown, (await FailsAsync(calc.AddAsync(new Addends(0, 0), Token))).Status);
    }

    [Fact]
    public async Task Who_waits_for_the_headers_of_a_call_that_nobody_serves_waits_no_longer_than_for_the_call()
    {
        var calc = await StartRequesterAsync();
        var response = new ResponseMetadata();

        await FailsAsync(calc.With(new CallOptions { Response = response }).AddAsync(new Addends(0, 0), Token));
        await FailsAsync(calc.With(new CallOptions { Response = response }).AddAgainAsync(new Addends(0, 0), Token));

        Assert.Empty(await SoonAsync(response.Headers));
    }

    [Fact]
    public async Task A_worker_describes_its_service_to_who_has_no_contract()
    {
        await StartWorkerAsync();
        var stranger = await StartHostAsync(static builder => builder.AddOperationInvoker());

        var description = await stranger.Services.GetRequiredService<ServiceDescriptions>().GetAsync("calc", Token);

        Assert.Equal("calc", description.Name);
        var check = description.Operations.Single(static operation => string.Equals(operation.Name, "Check", StringComparison.Ordinal));
        Assert.Equal((OperationKind.Call, "application/json", "TooBig"), (check.Kind, Assert.Single(check.ContentTypes), Assert.Single(check.Faults)));
        Assert.Contains("integer", check.Request!["properties"]!["left"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("integer", check.Reply!["properties"]!["value"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(
            (OperationKind.Command, OperationKind.ReplyStream, OperationKind.RequestStream, OperationKind.DuplexStream),
            (KindOf("Record"), KindOf("Count"), KindOf("Total"), KindOf("Echo")));

        OperationKind KindOf(string name) => description.Operations.Single(operation => string.Equals(operation.Name, name, StringComparison.Ordinal)).Kind;
    }

    [Fact]
    public async Task A_service_that_nobody_serves_has_no_description()
    {
        var stranger = await StartHostAsync(static builder => builder.AddOperationInvoker());

        var failure = await FailsAsync(stranger.Services.GetRequiredService<ServiceDescriptions>().GetAsync("calc", Token).AsTask());

        Assert.Equal(FailureReason.NoRoute, failure.Reason);
    }

    [Fact]
    public async Task Bytes_are_forwarded_as_they_are_and_a_fault_that_the_forwarder_does_not_know_keeps_its_name_and_fields()
    {
        await StartWorkerAsync(new CalcScript
        {
            Add = static (request, _) => request.Left < 10 ? Task.FromResult(new Sum(request.Left)) : throw new TooBig(10, "sums"),
        });
        var stranger = await StartHostAsync(static builder => builder.AddOperationInvoker());
        var invoker = stranger.Services.GetRequiredService<IOperationInvoker>();
        var check = new Operation<RawPayload, RawPayload>("calc", "Check", OperationKind.Call) { ContentType = "application/json" };

        var reply = await SoonAsync(invoker.CallAsync(check, new RawPayload("""{"left":3,"right":0}"""u8.ToArray()), options: null, Token));
        var failure = await FailsAsync(invoker.CallAsync(check, new RawPayload("""{"left":30,"right":0}"""u8.ToArray()), options: null, Token));

        Assert.Equal("""{"value":3}"""u8.ToArray(), reply.Body.ToArray());
        Assert.Equal((StatusCode.FailedPrecondition, "TooBig"), (failure.Status, failure.FaultName));
        Assert.Equal("""{"limit":10,"unit":"sums"}"""u8.ToArray(), failure.FaultFields.ToArray());
    }

    [Fact]
    public async Task Items_are_forwarded_as_they_are_both_ways()
    {
        await StartWorkerAsync();
        var stranger = await StartHostAsync(static builder => builder.AddOperationInvoker());
        var invoker = stranger.Services.GetRequiredService<IOperationInvoker>();
        var echo = new Operation<RawPayload, RawPayload>("calc", "Echo", OperationKind.DuplexStream) { ContentType = "application/json" };
        var sent = new[] { """{"value":1}""", """{"value":2}""" };

        var received = new List<string>();
        await foreach (var item in invoker.ExchangeAsync(echo, SendAsync(), options: null, Token))
        {
            received.Add(System.Text.Encoding.UTF8.GetString(item.Body.Span));
        }

        Assert.Equal(sent, received);

        async IAsyncEnumerable<RawPayload> SendAsync()
        {
            foreach (var text in sent)
            {
                await Task.Yield();
                yield return new RawPayload(System.Text.Encoding.UTF8.GetBytes(text));
            }
        }
    }

    private static async Task<Sum> AddWithMetadataAsync(bool fails)
    {
        await Task.Yield();
        CallContext.Current!.ResponseHeaders["origin"] = "shop-7";
        CallContext.Current.ResponseTrailers["origin"] = "left";
        return fails ? throw new TooBig(1, "sums") : new Sum(1);
    }

    private static (string Name, string Value) Single(IReadOnlyDictionary<string, string> headers)
    {
        var (name, value) = Assert.Single(headers);
        return (name, value);
    }
}
