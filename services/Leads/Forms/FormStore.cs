using CallCenterCrm.Leads.Callbacks;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Forms;

/// <summary>Keeps what visitors of the site ask for.</summary>
internal sealed class FormStore(NpgsqlDataSource dataSource, CallbackSettings settings, TimeProvider time)
{
    /// <summary>
    /// Puts a form under the open callback of its client or number, or opens one, and makes a lead of an unknown number. The
    /// same form does it once.
    /// </summary>
    /// <returns>The number of the request.</returns>
    public async Task<long> SaveAsync(CallbackForm form, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Party.LockAsync([form.Number], connection, transaction, cancellationToken);
        var now = time.GetUtcNow();
        var client = await Party.ClientOfAsync(form.Number, connection, transaction, cancellationToken);
        var theirs = new PartyCallbacks(
            await Party.OfAsync(form.Number, client, connection, transaction, cancellationToken), settings, now, connection, transaction);
        var id = await theirs.OpenAsync("web_form", cancellationToken);
        var number = await connection.QuerySingleOrDefaultAsync<long?>(new CommandDefinition(
            """
            INSERT INTO callback_requests (callback_id, source, asked_at, text, request_id, kind, name, consent_version)
            VALUES (@id, 'web_form', @now, @Question, @RequestId, @Kind, @Name, @ConsentVersion)
            ON CONFLICT (request_id) DO NOTHING RETURNING number
            """,
            new { id, now, form.Question, form.RequestId, form.Kind, form.Name, form.ConsentVersion }, transaction, cancellationToken: cancellationToken));
        if (number is null)
        {
            // It was sent before; what was opened for it now goes with the transaction.
            return await connection.QuerySingleAsync<long>(new CommandDefinition(
                "SELECT number FROM callback_requests WHERE request_id = @RequestId", form, transaction, cancellationToken: cancellationToken));
        }

        if (client is null)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "INSERT INTO leads (number, source, opened_at) VALUES (@Number, 'web_form', @now) ON CONFLICT (number) WHERE closed_at IS NULL DO NOTHING",
                new { form.Number, now }, transaction, cancellationToken: cancellationToken));
        }

        await theirs.RefreshAsync(id, cancellationToken);
        await theirs.PublishAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return number.Value;
    }

    /// <summary>A number as a form would have got, for one that is thrown away: its sender shall not see a difference.</summary>
    public async Task<long> PretendAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT nextval(pg_get_serial_sequence('callback_requests', 'number'))", cancellationToken: cancellationToken));
    }
}
