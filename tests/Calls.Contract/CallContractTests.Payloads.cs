using System.Text;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

/// <summary>What is in a message arrives whole, or somebody is told.</summary>
public abstract partial class CallContractTests
{
    [Fact]
    public async Task A_handler_that_returns_null_against_its_contract_fails_the_call()
    {
        await StartWorkerAsync(new CalcScript { Add = static (_, _) => Task.FromResult<Sum>(null!) });
        var calc = await StartRequesterAsync();

        var failure = await SoonAsync(Assert.ThrowsAsync<RpcException>(() => calc.AddAsync(new Addends(1, 2), Token)));

        Assert.Equal((StatusCode.Internal, true), (failure.Status, failure.MayHaveRun));
        Assert.Contains("The handler of calc/Add returned null", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_item_that_is_null_against_the_contract_ends_the_stream()
    {
        await StartWorkerAsync(new CalcScript { Count = static (_, _) => WithNullAsync() });
        var calc = await StartRequesterAsync();
        var read = new List<Sum>();

        var failure = await SoonAsync(Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var item in calc.CountAsync(new Addends(1, 2), Token))
            {
                read.Add(item);
            }
        }));

        Assert.Equal(StatusCode.Internal, failure.Status);
        Assert.Contains("calc/Count returned null", failure.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(null, read);
    }

    [Fact]
    public async Task The_one_reply_to_a_stream_is_not_null_either()
    {
        await StartWorkerAsync(new CalcScript { Total = static (_, _) => Task.FromResult<Sum>(null!) });
        var calc = await StartRequesterAsync();

        var failure = await SoonAsync(Assert.ThrowsAsync<RpcException>(() => calc.TotalAsync(ThreeAsync(), Token)));

        Assert.Equal(StatusCode.Internal, failure.Status);
        Assert.Contains("calc/Total returned null", failure.Detail, StringComparison.Ordinal);

        static async IAsyncEnumerable<Sum> ThreeAsync()
        {
            await Task.CompletedTask;
            yield return new Sum(3);
        }
    }

    [Fact]
    public async Task A_null_request_or_item_is_not_sent_against_the_contract()
    {
        var reached = false;
        await StartWorkerAsync(new CalcScript
        {
            Add = (_, _) =>
            {
                reached = true;
                return Task.FromResult(new Sum(0));
            },
        });
        var calc = await StartRequesterAsync();

        var call = await SoonAsync(Assert.ThrowsAsync<RpcException>(() => calc.AddAsync(null!, Token)));
        var command = await SoonAsync(Assert.ThrowsAsync<RpcException>(() => calc.RecordAsync(null!, Token)));
        var stream = await SoonAsync(Assert.ThrowsAsync<RpcException>(() => calc.TotalAsync(WithNullAsync(), Token)));

        Assert.All([call, command, stream], static failure =>
        {
            Assert.Equal(StatusCode.InvalidArgument, failure.Status);
            Assert.Contains("It is null", failure.Detail, StringComparison.Ordinal);
        });
        Assert.False(reached);
    }

    [Fact]
    public async Task A_foreign_null_fails_the_call_that_it_answers()
    {
        await Harness.DeclareQueueAsync("calc");
        var calc = await StartRequesterAsync();
        var call = calc.AddAsync(new Addends(1, 2), Token);
        var request = await SoonAsync(Harness.TakeAsync("calc", Token));

        await Harness.PublishRawAsync(request.ReplyTo!, new InboundMessage { CorrelationId = request.CorrelationId, ContentType = "application/json", Body = "null"u8.ToArray() });

        var failure = await SoonAsync(Assert.ThrowsAsync<RpcException>(() => call));
        Assert.Equal((StatusCode.Internal, FailureReason.Undecodable), (failure.Status, failure.Reason));
        Assert.Contains("It is null", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nulls_travel_where_the_contract_has_them()
    {
        var (notebook, kept) = await StartNotebookAsync();

        Assert.Null(await SoonAsync(notebook.FindAsync(null, Token)));
        Assert.Equal(new Note("a"), await SoonAsync(notebook.FindAsync(new Note("a"), Token)));
        Assert.Null(await SoonAsync(notebook.CountAsync(null, Token)));
        Assert.Equal(3, await SoonAsync(notebook.CountAsync(3, Token)));
        Assert.Equal([null, new Note("last")], await SoonAsync(ReadAsync(notebook.ListAsync(null, Token))));
        Assert.Equal([null, new Note("last")], await SoonAsync(ReadAsync(notebook.EchoAsync(notebook.ListAsync(null, Token), Token))));
        await SoonAsync(notebook.KeepAsync(null, Token));
        Assert.Null(await SoonAsync(kept.Task));
    }

    [Fact]
    public async Task Tuples_arrive_whole()
    {
        var (notebook, _) = await StartNotebookAsync();

        Assert.Equal((new Note("a"), 2), await SoonAsync(notebook.PairAsync(("a", 2), Token)));
    }

    [Fact]
    public async Task A_derived_reply_that_would_be_cut_fails_the_call_and_says_what_is_missing()
    {
        var (notebook, _) = await StartNotebookAsync();

        var reply = await SoonAsync(Assert.ThrowsAsync<RpcException>(() => notebook.TurnAsync(new Page(), Token)));
        var request = await SoonAsync(Assert.ThrowsAsync<RpcException>(() => notebook.TurnAsync(new LinedPage(), Token)));

        Assert.Equal((StatusCode.Internal, StatusCode.InvalidArgument), (reply.Status, request.Status));
        Assert.Contains("'lines' would be lost", reply.Detail, StringComparison.Ordinal);
        Assert.Contains("'lines' would be lost", request.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("APPLICATION/JSON; Charset=\"UTF-8\"")]
    public async Task A_body_with_a_byte_order_mark_is_read(string contentType)
    {
        var reply = await AskRawAsync(contentType, [.. Encoding.UTF8.Preamble, .. """{"left":2,"right":3}"""u8]);

        Assert.Equal(("reply", """{"value":5}"""), (reply.Type, Encoding.UTF8.GetString(reply.Body.Span)));
    }

    [Theory]
    [InlineData("application/json; charset=utf-16", true)]
    [InlineData("application/json; charset=iso-8859-1", false)]
    [InlineData("application/json", true)]
    public async Task A_body_in_another_encoding_is_refused_with_what_to_send(string contentType, bool isUtf16)
    {
        var reply = await AskRawAsync(contentType, (isUtf16 ? Encoding.Unicode : Encoding.Latin1).GetBytes("""{"left":2,"right":3}"""));

        Assert.Equal(("fault", "3"), (reply.Type, reply.Headers!["status"]!.ToString()));
        Assert.Contains("send utf-8", Text(reply, "detail"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_foreign_reply_with_a_byte_order_mark_is_read()
    {
        await Harness.DeclareQueueAsync("calc");
        var calc = await StartRequesterAsync();
        var call = calc.AddAsync(new Addends(1, 2), Token);
        var request = await SoonAsync(Harness.TakeAsync("calc", Token));

        await Harness.PublishRawAsync(request.ReplyTo!, new InboundMessage
        {
            CorrelationId = request.CorrelationId,
            ContentType = "application/json; charset=utf-8",
            Body = (byte[])[.. Encoding.UTF8.Preamble, .. """{"value":7}"""u8],
        });

        Assert.Equal(new Sum(7), await SoonAsync(call));
    }

    private async Task<InboundMessage> AskRawAsync(string contentType, byte[] body)
    {
        await StartWorkerAsync();
        await Harness.DeclareQueueAsync(OwnReplyQueue);
        await Harness.PublishRawAsync("calc", new InboundMessage { Type = "Add", ContentType = contentType, CorrelationId = "mine", ReplyTo = OwnReplyQueue, Body = body });
        return await SoonAsync(Harness.TakeAsync(OwnReplyQueue, Token));
    }

    private async Task<(INotebook Notebook, TaskCompletionSource<Note?> Kept)> StartNotebookAsync()
    {
        var kept = new TaskCompletionSource<Note?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartHostAsync(builder =>
        {
            builder.Services.AddSingleton(kept);
            builder.AddWorker<INotebook, Notebook>();
        });
        var host = await StartHostAsync(static builder => builder.AddRequester<INotebook>());
        return (host.Services.GetRequiredService<INotebook>(), kept);
    }

    private static async Task<List<T>> ReadAsync<T>(IAsyncEnumerable<T> items)
    {
        var all = new List<T>();
        await foreach (var item in items)
        {
            all.Add(item);
        }

        return all;
    }

    private static async IAsyncEnumerable<Sum> WithNullAsync()
    {
        await Task.CompletedTask;
        yield return new Sum(1);
        yield return null!;
    }
}
