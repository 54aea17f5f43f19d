using System.Globalization;
using System.Text;
using Messaging.Hosting;
using Messaging.Observers;
using Messaging.Serving;
using Messaging.Watching;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Messaging.Letters;

/// <summary>Shows dead letters to the page, and does with them what it asks for.</summary>
internal sealed class LetterEndpoints(LetterDesk desk, KnownServices known, IOptions<DashboardOptions> options, GuardedLogger<LetterEndpoints> logger)
{
    private const int MaxRows = 200;

    public async Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (await ReadServiceAsync(context, query["service"]).ConfigureAwait(false) is not { } service)
        {
            return;
        }

        try
        {
            var (total, scanned, rows) = await desk.ListAsync(service, query["search"], context.RequestAborted).ConfigureAwait(false);
            rows = LetterOrder.Sort(rows, query["sort"], query["order"] == "descending");
            var list = new LetterList(
                service, Math.Max(total, scanned), scanned, options.Value.ReadOnly, [.. rows.Select(static row => row.Key)],
                [.. rows.Skip(Number(query["offset"], int.MaxValue, 0)).Take(Number(query["limit"], MaxRows, 50))]);
            await Answers.WriteAsync(context, list, DashboardJson.Default.LetterList).ConfigureAwait(false);
        }
        catch (RpcException failure)
        {
            await Answers.RefuseAsync(context, failure).ConfigureAwait(false);
        }
    }

    public async Task ShowAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (await ReadServiceAsync(context, query["service"]).ConfigureAwait(false) is not { } service)
        {
            return;
        }

        try
        {
            if (await desk.FindAsync(service, query["key"].ToString(), context.RequestAborted).ConfigureAwait(false) is { } letter)
            {
                await Answers.WriteAsync(context, letter, DashboardJson.Default.LetterDetail).ConfigureAwait(false);
                return;
            }

            await Answers.RefuseAsync(context, StatusCodes.Status404NotFound, "It is not here any more", "Somebody has replayed or deleted this dead letter, or another program is looking at it just now.", "Go back to the list. One that was replayed and failed again is there as a new one.").ConfigureAwait(false);
        }
        catch (RpcException failure)
        {
            await Answers.RefuseAsync(context, failure).ConfigureAwait(false);
        }
    }

    public async Task ReplayAsync(HttpContext context)
    {
        if (await ReadActionAsync(context).ConfigureAwait(false) is not { } action)
        {
            return;
        }

        var isEdited = action.Body is not null || action.Headers is not null;
        var body = action.Body is null ? null : Encoding.UTF8.GetBytes(action.Body);
        var error = isEdited && action.Keys.Count != 1 ? "Only one dead letter at a time can be edited."
            : body?.Length > options.Value.MaxBodyBytes ? $"The body has {body.Length:N0} bytes, and {options.Value.MaxBodyBytes:N0} can be edited here (Messaging:Dashboard:MaxBodyBytes)."
            : HeaderErrors.Find(action.Headers);
        if (error is not null)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "Not replayed", error, "Nothing was changed: the dead letter is still here.").ConfigureAwait(false);
            return;
        }

        // An explicit null check: a byte array that is null would become an empty body.
        var edit = isEdited ? new DeadLetterEdit { Body = body is null ? null : body.AsMemory(), Headers = action.Headers } : null;
        var begun = 0;
        try
        {
            // Not ended by a page that leaves: what is begun is done, and said in the log.
            var done = await desk.ReplayAsync(action.Service, action.Keys, edit, () => begun++, CancellationToken.None).ConfigureAwait(false);
            DashboardLog.Replayed(logger, Visitor.NameOf(context), done, action.Service, isEdited ? 1 : 0);
            await Answers.WriteAsync(context, new LetterActionOutcome(done, action.Keys.Count - done), DashboardJson.Default.LetterActionOutcome).ConfigureAwait(false);
        }
        catch (RpcException failure)
        {
            var before = Math.Max(0, begun - 1);
            DashboardLog.Replayed(logger, Visitor.NameOf(context), before, action.Service, 0);
            var detail = before == 0 ? failure.Detail : string.Create(CultureInfo.InvariantCulture, $"{before} were replayed; then: {failure.Detail}");
            await Answers.RefuseAsync(context, new RpcException(failure.Status, $"{detail} What was not replayed is still here.", failure) { Reason = failure.Reason }).ConfigureAwait(false);
        }
    }

    public async Task DeleteAsync(HttpContext context)
    {
        if (await ReadActionAsync(context).ConfigureAwait(false) is not { } action)
        {
            return;
        }

        try
        {
            var done = await desk.DeleteAsync(action.Service, action.Keys, CancellationToken.None).ConfigureAwait(false);
            DashboardLog.Deleted(logger, Visitor.NameOf(context), done, action.Service);
            await Answers.WriteAsync(context, new LetterActionOutcome(done, action.Keys.Count - done), DashboardJson.Default.LetterActionOutcome).ConfigureAwait(false);
        }
        catch (RpcException failure)
        {
            await Answers.RefuseAsync(context, failure).ConfigureAwait(false);
        }
    }

    private async Task<LetterAction?> ReadActionAsync(HttpContext context)
    {
        if (await Answers.ReadAsync(context, DashboardJson.Default.LetterAction).ConfigureAwait(false) is not { } action
            || await ReadServiceAsync(context, action.Service).ConfigureAwait(false) is null)
        {
            return null;
        }

        var limit = options.Value.MaxDeadLetters;
        if (action.Keys.Count >= 1 && action.Keys.Count <= limit && !action.Keys.Any(static key => key is null))
        {
            return action;
        }

        await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "Nothing was done", $"It names {action.Keys.Count} dead letters: name 1 to {limit} (Messaging:Dashboard:MaxDeadLetters).").ConfigureAwait(false);
        return null;
    }

    // Of known services alone: any other name would be a queue that nobody meant to show.
    private async Task<string?> ReadServiceAsync(HttpContext context, string? service)
    {
        if (service is not null && known.Names.Contains(service, StringComparer.Ordinal))
        {
            return service;
        }

        await Answers.RefuseAsync(context, StatusCodes.Status404NotFound, "No such service", $"The service '{service}' is not known here.", "Services are known when a worker of theirs was alive since this program started, or when Messaging:Dashboard:Services names them.").ConfigureAwait(false);
        return null;
    }

    private static int Number(string? text, int most, int otherwise) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, most) : otherwise;
}
