using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Telephony.Calls;
using Dapper;
using Npgsql;
using Caller = CallCenterCrm.ServiceDefaults.Authentication.Caller;

namespace CallCenterCrm.Telephony.Recordings;

/// <summary>Opens the recordings of calls, as far as the one who asks may see the calls.</summary>
internal sealed partial class RecordingReader(
    GatewaySettings settings, CallReader calls, NpgsqlDataSource dataSource, ILogger<RecordingReader> logger)
{
    /// <summary>The recording of a call, which whoever asked for it closes.</summary>
    /// <exception cref="NotFoundException">There is no such call, he may not see it, or it has no recording that can be heard.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The gateway may not read it.</exception>
    public async Task<FileStream> OpenAsync(Guid call, Caller caller, CancellationToken cancellationToken)
    {
        await calls.GetAsync(call, caller, cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var name = await connection.QuerySingleOrDefaultAsync<string?>(new CommandDefinition(
            "SELECT file FROM recordings WHERE call_id = @call AND state = 'ready'", new { call }, cancellationToken: cancellationToken));

        // The name is the PBX's, which made it from a channel's id; nothing outside the folder can be meant, nor by a link in it.
        var file = name is null ? null : new FileInfo(Path.Combine(settings.RecordingsDirectory, Path.GetFileName(name)));
        if (file is { Exists: true, LinkTarget: null })
        {
            return new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1, useAsync: true);
        }

        if (file is not null)
        {
            Gone(logger, call);
        }

        throw new NotFoundException("recording", call.ToString());
    }

    [LoggerMessage(363, LogLevel.Error, "The recording of call {Call} was there when it was checked, and is there no more")]
    private static partial void Gone(ILogger logger, Guid call);
}
