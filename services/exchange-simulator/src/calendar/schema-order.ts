/** The children of t:CalendarItem in the order that the schema prescribes; Exchange refuses any other. */
export const schemaOrder: ReadonlyMap<string, number> = new Map(
  `
  MimeContent ItemId ParentFolderId ItemClass Subject Sensitivity Body Attachments DateTimeReceived Size
  Categories Importance InReplyTo IsSubmitted IsDraft IsFromMe IsResend IsUnmodified InternetMessageHeaders
  DateTimeSent DateTimeCreated ResponseObjects ReminderDueBy ReminderIsSet ReminderNextTime
  ReminderMinutesBeforeStart DisplayCc DisplayTo DisplayBcc HasAttachments ExtendedProperty Culture
  EffectiveRights LastModifiedName LastModifiedTime IsAssociated WebClientReadFormQueryString
  WebClientEditFormQueryString ConversationId UniqueBody Flag StoreEntryId InstanceKey NormalizedBody
  EntityExtractionResult PolicyTag ArchiveTag RetentionDate Preview RightsManagementLicenseData
  PredictedActionReasons IsClutter BlockStatus HasBlockedImages TextBody IconIndex SearchKey SortKey Hashtags
  Mentions MentionedMe MentionsPreview MentionsEx AppliedHashtags AppliedHashtagsPreview Likes LikesPreview
  PendingSocialActivityTagIds AtAllMention CanDelete InferenceClassification
  UID RecurrenceId DateTimeStamp Start End OriginalStart IsAllDayEvent LegacyFreeBusyStatus Location When
  IsMeeting IsCancelled IsRecurring MeetingRequestWasSent IsResponseRequested CalendarItemType MyResponseType
  Organizer RequiredAttendees OptionalAttendees Resources InboxReminders ConflictingMeetingCount
  AdjacentMeetingCount ConflictingMeetings AdjacentMeetings Duration TimeZone AppointmentReplyTime
  AppointmentSequenceNumber AppointmentState Recurrence FirstOccurrence LastOccurrence ModifiedOccurrences
  DeletedOccurrences MeetingTimeZone StartTimeZone EndTimeZone ConferenceType AllowNewTimeProposal
  IsOnlineMeeting MeetingWorkspaceUrl NetShowUrl EnhancedLocation StartWallClock EndWallClock StartTimeZoneId
  EndTimeZoneId IntendedFreeBusyStatus JoinOnlineMeetingUrl OnlineMeetingSettings IsOrganizer
  CalendarActivityData DoNotForwardMeeting
`
    .trim()
    .split(/\s+/)
    .map((name, index) => [name, index]),
)
